// SPDX-License-Identifier: Apache-2.0
#include "planner/plan_choice.hpp"

#include <algorithm>
#include <limits>

#include "actscope/core/scheme/presets.hpp"

namespace actscope::core {
namespace {

// Gradients that are equal but for the order of float32 sums.
constexpr double rounding_error = 1e-5;

bool is_accurate(const ChoiceLimits& limits, const PlanCandidate& candidate) {
  return !limits.max_gradient_error_ratio ||
         candidate.gradient_error_ratio <= *limits.max_gradient_error_ratio + rounding_error;
}

bool is_preset(const std::string& name) {
  return std::ranges::find(preset_names(), name) != preset_names().end();
}

// The candidates that blocks may be mixed of, as places in the scene.
std::vector<std::size_t> mixable(const Scene& scene, const ChoiceLimits& limits) {
  std::vector<std::size_t> places;
  for (std::size_t w = 0; w < scene.ways.size(); ++w) {
    // Plain autograd is chosen for the whole model or not at all.
    if (scene.ways[w].plan.plain_autograd || !is_accurate(limits, scene.candidates[w])) continue;
    places.push_back(w);
  }
  return places;
}

void apply_choice(const Scene& scene, const Choice& choice, RunConfig& config) {
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

}  // namespace

std::vector<PlanPreset> presets_of(const Scene& scene, const ChoiceLimits& limits,
                                   std::int64_t budget_bytes) {
  std::vector<PlanPreset> presets;
  for (std::size_t w = 0; w < scene.ways.size(); ++w) {
    if (!is_preset(scene.ways[w].name)) continue;
    const Choice uniform(static_cast<std::size_t>(scene.geometry.depth), w);
    PlanPreset preset{scene.ways[w].name, estimate_of(scene, uniform)};
    preset.is_allowed =
        preset.estimate.peak_bytes <= budget_bytes && is_accurate(limits, scene.candidates[w]);
    presets.push_back(std::move(preset));
  }
  return presets;
}

std::optional<Choice> choose(const Scene& scene, const ChoiceLimits& limits,
                             std::int64_t budget_bytes) {
  const std::vector<std::size_t> places = mixable(scene, limits);
  double fastest_s = std::numeric_limits<double>::infinity();
  std::optional<Choice> dense;
  for (const PlanPreset& preset : presets_of(scene, limits, budget_bytes)) {
    if (!preset.is_allowed || preset.estimate.blocks_time_s >= fastest_s) continue;
    fastest_s = preset.estimate.blocks_time_s;
    const bool is_dense = preset.name == scene.ways.front().name;
    dense = is_dense ? std::optional<Choice>(Choice(static_cast<std::size_t>(scene.step.blocks), 0))
                     : std::nullopt;
  }
  if (places.empty()) return dense;
  for (const double share : {1.0, 0.5, 0.25, 0.125, 0.0}) {
    std::vector<BlockOption> options;
    const std::vector<BlockOption> all = options_of(scene, share * limits.error_weight);
    for (const std::size_t place : places) options.push_back(all[place]);
    auto choice = cheapest_within(scene.step, options, budget_bytes, limits.buckets);
    if (!choice) return dense;
    for (std::size_t& c : *choice) c = places[c];
    if (estimate_of(scene, *choice).blocks_time_s <= fastest_s) return choice;
    if (share == 0 && !dense) return choice;  // the rounding of bytes decides
  }
  return dense;
}

std::int64_t least_budget_of(const Scene& scene, const ChoiceLimits& limits) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const PlanPreset& preset : presets_of(scene, limits, least)) {
    if (preset.is_allowed) least = std::min(least, preset.estimate.peak_bytes);
  }
  std::vector<BlockOption> options;
  const std::vector<BlockOption> all = options_of(scene, 0);
  for (const std::size_t place : mixable(scene, limits)) options.push_back(all[place]);
  return options.empty() ? least : std::min(least, least_budget(scene.step, options));
}

void describe(const Scene& scene, const Choice& choice, PlanRecord& record) {
  record.layers.clear();
  for (const std::size_t c : choice) record.layers.push_back(scene.ways[c].name);
  apply_choice(scene, choice, record.config);
  record.estimate = estimate_of(scene, choice);
}

}  // namespace actscope::core
