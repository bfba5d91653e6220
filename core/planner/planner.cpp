// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/planner/planner.hpp"

#include <algorithm>
#include <limits>

#include "actscope/base/error.hpp"
#include "actscope/base/units.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/core/training/training.hpp"
#include "planner/block_calibration.hpp"
#include "planner/plan_scene.hpp"

namespace actscope::core {
namespace {

// Gradients that are equal but for the order of float32 sums.
constexpr double rounding_error = 1e-5;

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

bool is_accurate(const PlanRequest& request, const PlanCandidate& candidate) {
  return !request.max_gradient_error_ratio ||
         candidate.gradient_error_ratio <= *request.max_gradient_error_ratio + rounding_error;
}

bool is_preset(const std::string& name) {
  return std::ranges::find(preset_names(), name) != preset_names().end();
}

std::vector<PlanPreset> presets_of(const Scene& scene, const PlanRequest& request,
                                   std::int64_t budget_bytes) {
  std::vector<PlanPreset> presets;
  for (std::size_t w = 0; w < scene.ways.size(); ++w) {
    if (!is_preset(scene.ways[w].name)) continue;
    const Choice uniform(static_cast<std::size_t>(scene.geometry.depth), w);
    PlanPreset preset{scene.ways[w].name, estimate_of(scene, uniform)};
    preset.is_allowed =
        preset.estimate.peak_bytes <= budget_bytes && is_accurate(request, scene.candidates[w]);
    presets.push_back(std::move(preset));
  }
  return presets;
}

// The candidates that blocks may be mixed of, as places in the scene.
std::vector<std::size_t> mixable(const Scene& scene, const PlanRequest& request) {
  std::vector<std::size_t> places;
  for (std::size_t w = 0; w < scene.ways.size(); ++w) {
    // Plain autograd is chosen for the whole model or not at all.
    if (scene.ways[w].plan.plain_autograd || !is_accurate(request, scene.candidates[w])) continue;
    places.push_back(w);
  }
  return places;
}

// Lowers the weight of errors as long as some preset is faster: with 0 the choice is the fastest
// there is.
std::optional<Choice> choose(const Scene& scene, const PlanRequest& request,
                             std::int64_t budget_bytes) {
  const std::vector<std::size_t> places = mixable(scene, request);
  double fastest_s = std::numeric_limits<double>::infinity();
  std::optional<Choice> dense;
  for (const PlanPreset& preset : presets_of(scene, request, budget_bytes)) {
    if (!preset.is_allowed || preset.estimate.blocks_time_s >= fastest_s) continue;
    fastest_s = preset.estimate.blocks_time_s;
    const bool is_dense = preset.name == scene.ways.front().name;
    dense = is_dense ? std::optional<Choice>(Choice(static_cast<std::size_t>(scene.step.blocks), 0))
                     : std::nullopt;
  }
  if (places.empty()) return dense;
  for (const double share : {1.0, 0.5, 0.25, 0.125, 0.0}) {
    std::vector<BlockOption> options;
    const std::vector<BlockOption> all = options_of(scene, share * request.error_weight);
    for (const std::size_t place : places) options.push_back(all[place]);
    auto choice = cheapest_within(scene.step, options, budget_bytes);
    if (!choice) return dense;
    for (std::size_t& c : *choice) c = places[c];
    if (estimate_of(scene, *choice).blocks_time_s <= fastest_s) return choice;
    if (share == 0 && !dense) return choice;  // the rounding of bytes decides
  }
  return dense;
}

void apply(const Scene& scene, const Choice& choice, RunConfig& config) {
  config.slot_overrides.clear();
  config.operand_overrides.clear();
  const BlockWay& first = scene.ways[choice.front()];
  if (first.plan.plain_autograd) {
    config.scheme = first.name;
    return;
  }
  config.scheme = "exact";
  for (std::size_t block = 0; block < choice.size(); ++block) {
    const std::string layer = "blocks." + std::to_string(block) + ".";
    const BlockWay& way = scene.ways[choice[block]];
    for (const std::string& slot : way.slots) config.slot_overrides.push_back(layer + slot);
    for (const std::string& operand : way.operands) {
      config.operand_overrides.push_back(layer + operand);
    }
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

std::int64_t least_budget_of(const Scene& scene, const PlanRequest& request) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const PlanPreset& preset : presets_of(scene, request, least)) {
    if (preset.is_allowed) least = std::min(least, preset.estimate.peak_bytes);
  }
  std::vector<BlockOption> options;
  const std::vector<BlockOption> all = options_of(scene, 0);
  for (const std::size_t place : mixable(scene, request)) options.push_back(all[place]);
  return options.empty() ? least : std::min(least, least_budget(scene.step, options));
}

void describe(const Scene& scene, const Choice& choice, PlanRecord& record) {
  record.layers.clear();
  for (const std::size_t c : choice) record.layers.push_back(scene.ways[c].name);
  apply(scene, choice, record.config);
  record.estimate = estimate_of(scene, choice);
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
  record.environment = describe_environment();
  record.candidates = scene.candidates;
  record.presets = presets_of(scene, request, request.budget_bytes);
  const std::int64_t least = least_budget_of(scene, request);
  if (request.trials > 0) progress.begin("trial", request.trials);
  for (std::int64_t trial = 0;; ++trial) {
    record.least_budget_bytes = least + record.reserve_bytes;
    const auto choice = choose(scene, request, request.budget_bytes - record.reserve_bytes);
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
