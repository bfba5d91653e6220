// SPDX-License-Identifier: Apache-2.0
#include "planned_config.hpp"

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/plan/document.hpp"

namespace actscope::app {
namespace {

// What memory and time of a step depend on, with the options' names.
template <class Config, class Visit>
void for_each_planned_field(Config& to, const RunConfig& from, const Visit& visit) {
  visit("--model", to.model, from.model);
  visit("--dim", to.dim, from.dim);
  visit("--depth", to.depth, from.depth);
  visit("--patch", to.patch, from.patch);
  visit("--image-size", to.image_size, from.image_size);
  visit("--classes", to.classes, from.classes);
  visit("--data", to.data, from.data);
  visit("--batch", to.batch, from.batch);
  visit("--device", to.device, from.device);
  visit("--dtype", to.dtype, from.dtype);
  visit("--drop-path", to.drop_path_ratio, from.drop_path_ratio);
  visit("--ema", to.ema_decay, from.ema_decay);
  visit("--workspace-bytes", to.workspace_bytes, from.workspace_bytes);
  visit("--scheme", to.scheme, from.scheme);
  visit("--block", to.block_rows, from.block_rows);
  visit("--block", to.block_cols, from.block_cols);
  visit("--sparsity", to.sparsity_ratio, from.sparsity_ratio);
  visit("--select", to.select, from.select);
  visit("--slot", to.slot_overrides, from.slot_overrides);
  visit("--operand", to.operand_overrides, from.operand_overrides);
}

}  // namespace

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
  for_each_planned_field(config, plan.config,
                         [](const char*, auto& to, const auto& from) { to = from; });
  config.budget_bytes = plan.budget_bytes;
}

void require_as_planned(const PlanRecord& plan, const RunConfig& config) {
  for_each_planned_field(
      config, plan.config, [](const char* option, const auto& got, const auto& planned) {
        if (got == planned) return;
        throw ConfigError(error_text(std::string(option) + " is not that of the plan",
                                     "memory and time were planned for another value",
                                     "leave it out, or make a plan with it"));
      });
}

}  // namespace actscope::app
