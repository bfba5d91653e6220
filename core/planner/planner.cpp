// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/planner/planner.hpp"

#include <algorithm>
#include <limits>

#include "actscope/base/error.hpp"
#include "actscope/base/units.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/core/training/training.hpp"
#include "planner/block_calibration.hpp"
#include "planner/plan_choice.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t trial_steps = 3;  // the moments of the optimizer are there from the second

void validate(const PlanRequest& request) {
  validate_run_config(request.config);
  const auto refuse = [](const char* what, const std::string& got, const char* allowed) {
    throw ConfigError(error_text(std::string(what) + " is out of range", "got " + got, allowed));
  };
  if (request.budget_bytes < 1) {
    refuse("--budget", std::to_string(request.budget_bytes), "give a size above 0");
  }
  if (request.max_gradient_error_ratio && !(*request.max_gradient_error_ratio >= 0)) {
    refuse("--max-gradient-error", std::to_string(*request.max_gradient_error_ratio),
           "give a number from 0");
  }
  if (!(request.error_weight >= 0 && request.error_weight <= 1e6)) {
    refuse("--error-weight", std::to_string(request.error_weight), "give a number from 0");
  }
  if (request.rounds < 1 || request.rounds > 1000) {
    refuse("--rounds", std::to_string(request.rounds), "give a number from 1 to 1000");
  }
  if (!request.config.slot_overrides.empty() || !request.config.operand_overrides.empty()) {
    throw ConfigError(error_text("a plan chooses slots and operands itself", {},
                                 "leave --slot and --operand out"));
  }
}

// A few steps under the plan. Absent: stopped.
std::optional<PlanTrial> try_out(const RunConfig& planned, const PlanHooks& hooks) {
  RunConfig config = planned;
  config.train_samples = config.batch;
  config.heldout_samples = 1;
  config.steps = trial_steps;
  config.trace = "off";
  config.out.clear();
  config.save_weights.clear();
  config.checkpoint_every = 0;
  TrainingHooks training;
  training.stop_requested = hooks.stop_requested;
  const RunRecord record = train(config, training);
  if (record.status == RunStatus::interrupted) return std::nullopt;
  // It ran out of memory, or its peak was not measured: counts as more than any budget.
  if (record.status == RunStatus::failed || !record.summary.peak_bytes.value) {
    return PlanTrial{std::numeric_limits<std::int64_t>::max(), 0};
  }
  return PlanTrial{*record.summary.peak_bytes.value, record.summary.step_time_s.value.value_or(0)};
}

Scene calibrated(const PlanRequest& request, const PlanHooks& hooks, ProgressSink& progress) {
  const RunConfig& config = request.config;
  Scene scene = uncalibrated_scene(config);
  scene.candidates = calibrate(scene.ways,
                               {scene.geometry, config.batch, config.device, config.workspace_bytes,
                                config.seed, request.rounds, parse_element_type(config.dtype)},
                               progress, hooks.stop_requested);
  return scene;
}

ChoiceLimits limits_of(const PlanRequest& request) {
  return {request.max_gradient_error_ratio, request.error_weight};
}

}  // namespace

std::optional<PlanRecord> make_plan(const PlanRequest& request, const PlanHooks& hooks) {
  validate(request);
  const auto quiet = make_quiet_progress();
  ProgressSink& progress = hooks.progress != nullptr ? *hooks.progress : *quiet;
  const Scene scene = calibrated(request, hooks, progress);
  if (scene.candidates.empty()) return std::nullopt;
  PlanRecord record;
  record.config = request.config;
  record.budget_bytes = request.budget_bytes;
  record.max_gradient_error_ratio = request.max_gradient_error_ratio;
  record.error_weight_ratio = request.error_weight;
  record.environment = describe_environment();
  record.candidates = scene.candidates;
  const ChoiceLimits limits = limits_of(request);
  record.presets = presets_of(scene, limits, request.budget_bytes);
  const std::int64_t least = least_budget_of(scene, limits);
  if (request.trials > 0) progress.begin("trial", request.trials);
  for (std::int64_t trial = 0;; ++trial) {
    record.least_budget_bytes = least + record.reserve_bytes;
    const auto choice = choose(scene, limits, request.budget_bytes - record.reserve_bytes);
    if (!choice) {  // nothing fits
      record.layers.clear();
      return record;
    }
    describe(scene, *choice, record);
    if (trial == request.trials) break;
    const auto measured = try_out(record.config, hooks);
    if (!measured) return std::nullopt;
    progress.update(trial + 1, "measured " + format_bytes(measured->peak_bytes) + ", predicted " +
                                   format_bytes(record.estimate.peak_bytes));
    record.trial = measured;
    if (measured->peak_bytes <= request.budget_bytes) break;
    // Adds at least a hundredth of the budget, so that trials come to an end. The excess counts up
    // to a tenth of it, also where memory ran out.
    const std::int64_t most = record.estimate.peak_bytes + request.budget_bytes / 10;
    const std::int64_t excess = std::min(measured->peak_bytes, most) - record.estimate.peak_bytes;
    record.reserve_bytes = std::max(record.reserve_bytes + request.budget_bytes / 100 + 1, excess);
  }
  if (request.trials > 0) progress.end("");
  if (record.trial && record.trial->peak_bytes > request.budget_bytes) record.layers.clear();
  return record;
}

}  // namespace actscope::core
