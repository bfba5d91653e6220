// SPDX-License-Identifier: Apache-2.0
#include "options/planned_config.hpp"

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/core/config/run_option.hpp"
#include "actscope/reports/plan/document.hpp"

namespace actscope::app {
PlanRecord read_plan(const std::string& file) {
  PlanRecord plan = reports::read_plan_document(read_file(file, std::size_t{16} << 20), file);
  if (plan.layers.empty()) {
    throw ConfigError(
        error_text(file + " holds no plan", "nothing fitted its budget",
                   "plan with at least " + std::to_string(plan.least_budget_bytes) + " bytes"));
  }
  return plan;
}

void take_plan(const PlanRecord& plan, RunConfig& config) {
  for (const core::RunOption& option : core::run_options()) {
    if ((option.uses & core::in_plans) != 0) core::copy_value(option, plan.config, config);
  }
  config.budget_bytes = plan.budget_bytes;
}

void require_as_planned(const PlanRecord& plan, const RunConfig& config) {
  for (const core::RunOption& option : core::run_options()) {
    if ((option.uses & core::in_plans) == 0 || core::is_equal(option, config, plan.config))
      continue;
    throw ConfigError(error_text(core::shown_name(option) + " is not that of the plan",
                                 "memory and time were planned for another value",
                                 "leave it out, or make a plan with it"));
  }
}

}  // namespace actscope::app
