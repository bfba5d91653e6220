// SPDX-License-Identifier: Apache-2.0
#include "planner/plan_scene.hpp"

#include <algorithm>

#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/core/training/training.hpp"

namespace actscope::core {
namespace {

bool is_kept_by_ways(const std::string& slot) {
  for (std::size_t s = 0; s < slot_count; ++s) {
    if (slot == name_of(static_cast<Slot>(s))) return true;
  }
  return false;
}

std::int64_t rest_bytes_of(const RunConfig& config, const char* scheme) {
  RunConfig changed = config;
  changed.scheme = scheme;
  std::int64_t bytes = 0;
  for (const LayerFootprint& layer : footprint_of(changed).layers) {
    for (const SlotFootprint& slot : layer.slots) {
      // Slots that depend on the way of keeping are counted by the candidates.
      if (!layer.name.starts_with("blocks.") || !is_kept_by_ways(slot.name)) {
        bytes += slot.predicted_bytes.value_or(0);
      }
    }
  }
  return bytes;
}

// Parameters, moments and the batch are live all the time; gradients as backward makes them.
StepShape step_shape(const RunConfig& config, const ResMlpGeometry& g, std::int64_t rest_bytes) {
  constexpr std::int64_t s = sizeof(float);
  const ElementType type = parse_element_type(config.dtype);
  ResMlpGeometry deeper = g;
  ++deeper.depth;
  const std::int64_t parameters = parameter_count(g);
  const std::int64_t tail = 2 * g.dim + g.classes * g.dim + g.classes;
  const std::int64_t images = config.batch * g.in_channels * g.image_size * g.image_size * s +
                              config.batch * static_cast<std::int64_t>(sizeof(std::int64_t));
  StepShape step;
  step.blocks = g.depth;
  step.map_bytes = config.batch * g.tokens() * g.dim * size_of(type);
  step.block_gradient_bytes = (parameter_count(deeper) - parameters) * s;
  step.tail_gradient_bytes = tail * s;
  // An average of the weights is one more.
  const std::int64_t copies = config.ema_decay > 0 ? 4 : 3;
  step.base_bytes = copies * parameters * s + images + rest_bytes;
  // The optimizer's step: gradients of all, and of the largest weight what its update is made of.
  const std::int64_t largest =
      std::max({g.hidden() * g.dim, g.tokens() * g.tokens(), g.classes * g.dim}) * s;
  step.floor_bytes = (copies + 1) * parameters * s + images + 2 * largest;
  return step;
}

}  // namespace

std::int64_t Scene::saved_bytes(const Choice& choice) const {
  const bool is_dense = ways[choice.front()].plan.plain_autograd;
  std::int64_t bytes = is_dense ? dense_rest_bytes : rest_bytes;
  for (const std::size_t c : choice) bytes += candidates[c].saved_bytes;
  return bytes;
}

Scene uncalibrated_scene(const RunConfig& config) {
  Scene scene;
  scene.geometry = resolve_geometry(config);
  scene.ways = block_ways(config, scene.geometry);
  scene.dense_rest_bytes = rest_bytes_of(config, "dense");
  scene.rest_bytes = rest_bytes_of(config, "exact");
  if (parse_element_type(config.dtype) == ElementType::bf16) {
    scene.dense_copy_bytes = narrow_copy_bytes(scene.geometry);
  }
  scene.step = step_shape(config, scene.geometry, scene.rest_bytes);
  return scene;
}

std::vector<BlockOption> options_of(const Scene& scene, double error_weight) {
  std::vector<BlockOption> options;
  for (const PlanCandidate& candidate : scene.candidates) {
    options.push_back({candidate.saved_bytes, candidate.forward_transient_bytes,
                       candidate.backward_transient_bytes,
                       candidate.time_s * (1 + error_weight * candidate.gradient_error_ratio)});
  }
  return options;
}

PlanEstimate estimate_of(const Scene& scene, const Choice& choice) {
  PlanEstimate estimate;
  estimate.saved_bytes = scene.saved_bytes(choice);
  StepShape step = scene.step;
  if (scene.ways[choice.front()].plan.plain_autograd) {
    step.base_bytes += scene.dense_rest_bytes - scene.rest_bytes + scene.dense_copy_bytes;
  }
  estimate.peak_bytes = peak_of(step, options_of(scene, 0), choice);
  for (const std::size_t c : choice) {
    estimate.blocks_time_s += scene.candidates[c].time_s;
    estimate.gradient_error_ratio +=
        scene.candidates[c].gradient_error_ratio / static_cast<double>(choice.size());
  }
  return estimate;
}

}  // namespace actscope::core
