// SPDX-License-Identifier: Apache-2.0
#include "plain_resmlp.hpp"

#include <gmock/gmock.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "actscope/core/model/loss.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/tracer/torch/device_memory.hpp"

namespace actscope {
namespace {

using torch::Tensor;

const core::ResMlpGeometry geometry{
    .image_size = 12, .patch = 4, .in_channels = 3, .dim = 16, .depth = 2, .classes = 5};

bench::PlainResMlp make_plain() {
  return bench::PlainResMlp({.image_size = geometry.image_size,
                             .patch = geometry.patch,
                             .in_channels = geometry.in_channels,
                             .dim = geometry.dim,
                             .depth = geometry.depth,
                             .classes = geometry.classes,
                             .expansion = geometry.expansion});
}

core::ResMlp make_dense() {
  return {geometry, core::make_scheme(RunConfig{}, geometry), 3, std::int64_t{1} << 20};
}

struct Batch {
  Tensor images, labels;
};

Batch make_batch(int step) {
  at::manual_seed(100 + static_cast<std::uint64_t>(step));
  return {torch::randn({6, 3, 12, 12}), torch::randint(geometry.classes, {6}, torch::kInt64)};
}

// Losses of a few optimizer steps on both models, which start from equal parameters.
template <class MakeOptimizer>
std::array<std::vector<double>, 2> losses_of(const MakeOptimizer& make_optimizer,
                                             double label_smoothing) {
  bench::PlainResMlp plain = make_plain();
  core::ResMlp dense = make_dense();
  bench::copy_parameters(dense, plain);
  const auto plain_optimizer = make_optimizer(plain.parameters());
  const auto dense_optimizer = make_optimizer(dense.parameters());
  std::array<std::vector<double>, 2> losses;
  for (int step = 0; step < 5; ++step) {
    const Batch batch = make_batch(step);
    plain_optimizer->zero_grad();
    dense_optimizer->zero_grad();
    const Tensor plain_loss =
        bench::plain_cross_entropy(plain.forward(batch.images), batch.labels, label_smoothing);
    const Tensor dense_loss =
        core::smoothed_cross_entropy(dense.forward(batch.images), batch.labels, label_smoothing);
    plain_loss.backward();
    dense_loss.backward();
    plain_optimizer->step();
    dense_optimizer->step();
    losses[0].push_back(plain_loss.item<double>());
    losses[1].push_back(dense_loss.item<double>());
  }
  return losses;
}

std::unique_ptr<torch::optim::Optimizer> make_sgd(std::vector<Tensor> parameters) {
  return std::make_unique<torch::optim::SGD>(std::move(parameters), torch::optim::SGDOptions(0.1));
}

std::unique_ptr<torch::optim::Optimizer> make_adamw(std::vector<Tensor> parameters) {
  return std::make_unique<torch::optim::AdamW>(std::move(parameters),
                                               torch::optim::AdamWOptions(1e-2).weight_decay(0.05));
}

// The two models call different operators (linear and addmm), so a library may sum in another order
// for each; which order, follows from the processor. Seen under MKL's, LibTorch's and oneDNN's
// kernels for four instruction sets: 2.4e-7 of the loss at most, four halves of a float's last
// place.
constexpr double most_apart = 1e-6;

void expect_same_losses(double label_smoothing) {
  for (const auto& [plain, dense] :
       {losses_of(make_sgd, label_smoothing), losses_of(make_adamw, label_smoothing)}) {
    for (std::size_t i = 0; i < plain.size(); ++i) {
      EXPECT_NEAR(dense[i], plain[i], most_apart * plain[i]) << "step " << i;
    }
    // Training changes the loss by far more than that.
    EXPECT_GT(std::abs(plain.front() - plain.back()), 1e4 * most_apart * plain.front());
  }
}

TEST(PlainResMlp, LossesOfTheDenseSchemeAreTheSameUpToRounding) {
  expect_same_losses(0);
}

TEST(PlainResMlp, LossesWithLabelSmoothingAreTheSameUpToRounding) {
  expect_same_losses(0.1);
}

TEST(PlainResMlp, KeepsFourteenUnitsABlock) {
  tracer::install_counting_cpu_allocator();
  const std::int64_t batch = 6;
  bench::PlainBlock block(9, 16, 64);
  const Tensor input = torch::randn({batch, 9, 16});
  const std::int64_t unit = batch * 9 * 16 * 4;
  const auto live = [] { return tracer::memory_counters(tracer::MemoryDevice::cpu).live_bytes; };
  (void)block.forward(input);  // fills library caches
  const std::int64_t before = live();
  const Tensor out = block.forward(input);
  // The input is kept too, but was there before; the output is not kept.
  EXPECT_EQ(live() - before - unit, 13 * unit);
}

TEST(PlainResMlp, KeepsWhatTheByteModelSaysOfTheDenseScheme) {
  tracer::install_counting_cpu_allocator();
  bench::PlainResMlp model = make_plain();
  const auto predicted = core::predict_footprint(geometry, core::make_scheme(RunConfig{}, geometry),
                                                 6, core::ElementType::fp32, 0);
  for (int step = 0; step < 3; ++step) {
    const Batch batch = make_batch(step);
    const std::int64_t before = tracer::memory_counters(tracer::MemoryDevice::cpu).live_bytes;
    const Tensor logits = model.forward(batch.images);
    const Tensor loss = bench::plain_cross_entropy(logits, batch.labels, 0);
    const std::int64_t after = tracer::memory_counters(tracer::MemoryDevice::cpu).live_bytes;
    if (step == 0) continue;  // library caches fill
    EXPECT_EQ(after - before - static_cast<std::int64_t>(logits.nbytes() + loss.nbytes()),
              predicted.totals.saved_bytes);
  }
}

TEST(PlainResMlp, CopyingParametersRefusesAnotherModel) {
  bench::PlainResMlp plain = make_plain();
  bench::PlainResMlp deeper(
      {.image_size = 12, .patch = 4, .in_channels = 3, .dim = 16, .depth = 3});
  bench::PlainResMlp wider({.image_size = 12, .patch = 4, .in_channels = 3, .dim = 24, .depth = 2});
  EXPECT_THROW(bench::copy_parameters(plain, deeper), Error);
  EXPECT_THROW(bench::copy_parameters(plain, wider), ShapeMismatch);
}

}  // namespace
}  // namespace actscope
