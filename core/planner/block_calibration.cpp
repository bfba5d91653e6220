// SPDX-License-Identifier: Apache-2.0
#include "planner/block_calibration.hpp"

#include <torch/types.h>

#include <algorithm>
#include <optional>

#include "actscope/base/check.hpp"
#include "actscope/core/model/resmlp_block.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "model/parameter_list.hpp"
#include "tensors/narrow_copies.hpp"
#include "training/stopwatch.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

struct Sample {
  std::int64_t forward_bytes = 0, backward_bytes = 0;
  double time_s = 0;
  std::vector<Tensor> weight_gradients;
};

std::int64_t saved_bytes_of(const BlockWay& way, const CalibrationSettings& settings) {
  ResMlpGeometry one_block = settings.geometry;
  one_block.depth = 1;
  const FootprintRecord footprint =
      predict_footprint(one_block, Scheme{way.name, {way.plan}}, settings.batch,
                        settings.activations, settings.workspace_bytes);
  std::int64_t bytes = 0;
  for (const LayerFootprint& layer : footprint.layers) {
    if (layer.name != "blocks.0") continue;
    for (const SlotFootprint& slot : layer.slots) bytes += slot.predicted_bytes.value_or(0);
  }
  return bytes;
}

// One block of the model and what flows through it.
class Rig {
 public:
  explicit Rig(const CalibrationSettings& settings)
      : settings_(settings),
        memory_(settings.device == "cuda" ? tracer::MemoryDevice::cuda : tracer::MemoryDevice::cpu),
        options_(torch::TensorOptions().device(settings.device)) {
    const ResMlpGeometry& g = settings.geometry;
    at::manual_seed(static_cast<std::uint64_t>(settings.seed));
    const std::int64_t n = g.tokens(), d = g.dim, hidden = g.hidden();
    const auto weight = [&](std::int64_t outputs, std::int64_t inputs) {
      return leaf(torch::randn({outputs, inputs}, options_) / std::sqrt(double(inputs)));
    };
    const auto vector = [&](std::int64_t size, double value) {
      return leaf(torch::full({size}, value, options_));
    };
    parameters_ = {vector(d, 1),
                   vector(d, 0),
                   weight(n, n),
                   vector(n, 0),
                   vector(d, g.layer_scale_init),
                   vector(d, 1),
                   vector(d, 0),
                   weight(hidden, d),
                   vector(hidden, 0),
                   weight(d, hidden),
                   vector(d, 0),
                   vector(d, g.layer_scale_init)};
    const bool is_narrow = settings.activations == ElementType::bf16;
    const auto type = is_narrow ? torch::kBFloat16 : torch::kFloat32;
    x_ = leaf(torch::randn({settings.batch, n, d}, options_).to(type));
    gradient_ = torch::randn({settings.batch, n, d}, options_).to(type);
    if (is_narrow) copies_.emplace(list_of(parameters_));
  }

  Sample measure(const BlockPlan& plan) {
    forget_gradients();
    Sample sample;
    const BlockContext context{"blocks.0", plan, settings_.workspace_bytes, nullptr};
    const std::int64_t before = live_bytes();
    tracer::reset_peak(memory_);
    const auto start = Clock::now();
    Tensor out = resmlp_block(x_, parameters_for(plan), context);
    wait(out);
    sample.time_s = seconds_since(start);
    sample.forward_bytes = peak_bytes() - before;
    const std::int64_t between = live_bytes();
    tracer::reset_peak(memory_);
    const auto turned = Clock::now();
    out.backward(gradient_);
    wait(x_.grad());
    sample.time_s += seconds_since(turned);
    sample.backward_bytes = peak_bytes() - between;
    sample.weight_gradients = {parameters_.token_weight.grad(), parameters_.fc1_weight.grad(),
                               parameters_.fc2_weight.grad()};
    return sample;
  }

 private:
  static Tensor leaf(const Tensor& value) { return value.detach().requires_grad_(); }

  // The parameters as a model hands them over.
  BlockParameters parameters_for(const BlockPlan& plan) {
    if (!copies_ || !plan.plain_autograd) return parameters_;
    return map_of(parameters_, [&](const Tensor& tensor) { return copies_->lend(tensor); });
  }

  // A device works on after the call returns: reading one element waits for it.
  void wait(const Tensor& result) const {
    if (memory_ == tracer::MemoryDevice::cuda) (void)result.flatten()[0].item<float>();
  }
  std::int64_t live_bytes() const { return tracer::memory_counters(memory_).live_bytes; }
  std::int64_t peak_bytes() const { return tracer::memory_counters(memory_).peak_bytes; }

  void forget_gradients() {
    x_.mutable_grad().reset();
    for (Tensor& tensor : list_of(parameters_)) tensor.mutable_grad().reset();
  }

  CalibrationSettings settings_;
  tracer::MemoryDevice memory_;
  torch::TensorOptions options_;
  BlockParameters parameters_;
  std::optional<NarrowCopies> copies_;
  Tensor x_, gradient_;
};

// ‖a − b‖ / ‖b‖ over all tensors together.
double relative_error(const std::vector<Tensor>& got, const std::vector<Tensor>& exact) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    difference += (got[i] - exact[i]).square().sum(torch::kFloat64).item<double>();
    norm += exact[i].square().sum(torch::kFloat64).item<double>();
  }
  return norm > 0 ? std::sqrt(difference / norm) : 0;
}

}  // namespace

std::vector<PlanCandidate> calibrate(const std::vector<BlockWay>& ways,
                                     const CalibrationSettings& settings, ProgressSink& progress,
                                     const std::function<bool()>& stop_requested) {
  ACTSCOPE_REQUIRES(!ways.empty() && ways.front().plan.plain_autograd);
  tracer::install_counting_cpu_allocator();
  Rig rig(settings);
  std::vector<PlanCandidate> candidates;
  for (const BlockWay& way : ways) {
    candidates.push_back({.name = way.name,
                          .slots = way.slots,
                          .operands = way.operands,
                          .saved_bytes = saved_bytes_of(way, settings)});
  }
  std::vector<std::vector<double>> times(ways.size());
  std::vector<Tensor> exact;
  const auto total = static_cast<std::int64_t>(ways.size()) * (settings.rounds + 1);
  progress.begin("calibration", total);
  std::int64_t done = 0;
  for (std::int64_t round = 0; round <= settings.rounds; ++round) {
    for (std::size_t w = 0; w < ways.size(); ++w) {
      if (stop_requested && stop_requested()) return {};
      Sample sample = rig.measure(ways[w].plan);
      progress.update(++done, ways[w].name);
      if (round == 0) {  // fills the caches of libraries, and gives what does not vary
        if (w == 0) exact = sample.weight_gradients;
        candidates[w].gradient_error_ratio =
            ways[w].plan.plain_autograd ? 0 : relative_error(sample.weight_gradients, exact);
        continue;
      }
      times[w].push_back(sample.time_s);
      candidates[w].forward_transient_bytes =
          std::max(candidates[w].forward_transient_bytes, sample.forward_bytes);
      candidates[w].backward_transient_bytes =
          std::max(candidates[w].backward_transient_bytes, sample.backward_bytes);
    }
  }
  // The least: whatever else the machine does only adds.
  for (std::size_t w = 0; w < ways.size(); ++w) candidates[w].time_s = std::ranges::min(times[w]);
  progress.end(std::to_string(ways.size()) + " ways of keeping a block");
  return candidates;
}

}  // namespace actscope::core
