// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/model/resmlp.hpp"
#include "actscope/core/model/loss.hpp"

#include <gmock/gmock.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/tracer/torch/device_memory.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;
using tracer::MemoryDevice;

constexpr std::int64_t roomy = std::int64_t{64} << 20;

const ResMlpGeometry geometry{
    .image_size = 14, .patch = 2, .in_channels = 3, .dim = 12, .depth = 2, .classes = 7};

Scheme scheme_of(const std::string& name, std::vector<std::string> slots = {}) {
  RunConfig config;
  config.scheme = name;
  config.block_rows = config.block_cols = 8;
  config.sparsity_ratio = 0.7;
  config.batch = 5;
  config.slot_overrides = std::move(slots);
  return make_scheme(config, geometry);
}

struct Batch {
  Tensor images, labels;
};

Batch make_batch(std::int64_t size = 5) {
  at::manual_seed(11);
  return {torch::randn({size, 3, 14, 14}), torch::randint(geometry.classes, {size}, torch::kInt64)};
}

std::int64_t live_bytes() {
  return tracer::memory_counters(MemoryDevice::cpu).live_bytes;
}

// One step's forward and loss with everything that counts bytes.
struct Counted {
  std::int64_t measured = 0;  // by the allocator, outputs taken off
  std::int64_t recorded = 0;  // by the ledger
  std::vector<tracer::SlotBytes> slots;
};

Counted count_step(ResMlp& model, const Batch& batch, double label_smoothing,
                   const std::function<Tensor()>& plant = {}) {
  tracer::StoreLedger ledger;
  for (const Tensor& parameter : model.parameters()) {
    ledger.exclude(parameter.storage().unsafeGetStorageImpl());
  }
  ledger.exclude(batch.images.storage().unsafeGetStorageImpl());
  ledger.exclude(batch.labels.storage().unsafeGetStorageImpl());
  const std::int64_t before = live_bytes();
  const Tensor logits = model.forward(batch.images, &ledger);
  const Tensor loss = smoothed_cross_entropy(logits, batch.labels, label_smoothing, &ledger);
  const Tensor planted = plant ? plant() : Tensor();
  const std::int64_t outputs = static_cast<std::int64_t>(logits.nbytes() + loss.nbytes());
  const Counted counted{live_bytes() - before - outputs, ledger.total_bytes(), ledger.slots()};
  loss.backward();
  model.zero_grad();
  return counted;
}

struct Case {
  std::string name;
  Scheme scheme;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const std::string& name : preset_names()) all.push_back({name, scheme_of(name)});
  all.push_back({"mixed", scheme_of("linear-bsr", {"blocks.0.x=int4", "blocks.1.h=int8", "*.t=drop",
                                                   "*.v=bsr:4x2:0.5"})});
  return all;
}

TEST(ResMlp, PredictionLedgerAndAllocatorAgreeToTheByte) {
  tracer::install_counting_cpu_allocator();
  for (std::int64_t batch_size : {1, 5}) {
    const Batch batch = make_batch(batch_size);
    for (const auto& [name, scheme] : cases()) {
      for (double label_smoothing : {0.0, 0.1}) {
        SCOPED_TRACE(name + ", batch " + std::to_string(batch_size));
        ResMlp model(geometry, scheme, 1, roomy);
        const auto predicted =
            predict_footprint(geometry, scheme, batch_size, ElementType::fp32, roomy);
        for (int step = 0; step < 3; ++step) {
          const Counted counted = count_step(model, batch, label_smoothing);
          EXPECT_EQ(counted.recorded, predicted.totals.saved_bytes);
          if (step == 0) continue;  // library caches fill
          EXPECT_EQ(counted.measured, predicted.totals.saved_bytes);
        }
      }
    }
  }
}

TEST(ResMlp, EverySlotHoldsWhatTheByteModelSays) {
  const Batch batch = make_batch();
  for (const auto& [name, scheme] : cases()) {
    ResMlp model(geometry, scheme, 1, roomy);
    tracer::StoreLedger ledger;
    ledger.exclude(batch.labels.storage().unsafeGetStorageImpl());
    (void)smoothed_cross_entropy(model.forward(batch.images, &ledger), batch.labels, 0.1, &ledger);
    std::map<std::string, std::int64_t> stored;
    for (const tracer::SlotBytes& slot : ledger.slots()) {
      stored[slot.layer + "." + slot.slot] = slot.stored_bytes;
    }
    const auto predicted = predict_footprint(geometry, scheme, 5, ElementType::fp32, roomy);
    std::size_t found = 0;
    for (const LayerFootprint& layer : predicted.layers) {
      for (const SlotFootprint& slot : layer.slots) {
        const std::string key = layer.name + "." + slot.name;
        EXPECT_EQ(stored.contains(key) ? stored[key] : 0, slot.predicted_bytes)
            << name << " " << key;
        found += stored.contains(key) ? 1 : 0;
      }
    }
    EXPECT_EQ(found, stored.size()) << name << ": a slot registers that the model does not know";
  }
}

TEST(ResMlp, AHiddenTensorShowsAsResidual) {
  tracer::install_counting_cpu_allocator();
  const Batch batch = make_batch();
  ResMlp model(geometry, scheme_of("exact"), 1, roomy);
  (void)count_step(model, batch, 0.1);
  const Counted counted = count_step(model, batch, 0.1, [] { return torch::zeros({1000}); });
  EXPECT_EQ(counted.measured - counted.recorded, 4000);
}

TEST(ResMlp, BackwardLetsGoOfEverything) {
  tracer::install_counting_cpu_allocator();
  const Batch batch = make_batch();
  for (const auto& [name, scheme] : cases()) {
    ResMlp model(geometry, scheme, 1, roomy);
    (void)count_step(model, batch, 0.1);
    const std::int64_t before = live_bytes();
    const Tensor loss = smoothed_cross_entropy(model.forward(batch.images), batch.labels, 0.1);
    loss.backward();
    model.zero_grad();
    // The graph still hangs on the loss: its stores must be empty all the same.
    EXPECT_EQ(live_bytes() - before, static_cast<std::int64_t>(loss.nbytes())) << name;
  }
}

TEST(ResMlp, AnExactSchemeHasTheGradientsOfTheDenseOne) {
  const Batch batch = make_batch();
  const auto gradients_of = [&](const std::string& name, std::int64_t workspace_bytes) {
    ResMlp model(geometry, scheme_of(name), 1, workspace_bytes);
    model.to(torch::kFloat64);
    smoothed_cross_entropy(model.forward(batch.images.to(torch::kFloat64)), batch.labels, 0.1)
        .backward();
    std::vector<std::pair<std::string, Tensor>> gradients;
    for (const auto& entry : model.named_parameters()) {
      gradients.emplace_back(entry.key(), entry.value().grad());
    }
    return gradients;
  };
  const auto dense = gradients_of("dense", roomy);
  for (const char* name : {"exact", "checkpoint"}) {
    for (std::int64_t workspace_bytes : {std::int64_t{0}, roomy}) {
      const auto got = gradients_of(name, workspace_bytes);
      ASSERT_EQ(got.size(), dense.size());
      for (std::size_t i = 0; i < dense.size(); ++i) {
        const auto& [key, expected] = dense[i];
        EXPECT_LE((got[i].second - expected).norm().item<double>(),
                  1e-10 * expected.norm().item<double>())
            << name << " " << key;
      }
    }
  }
}

TEST(ResMlp, ASmallWorkspaceLowersThePeak) {
  tracer::install_counting_cpu_allocator();
  const ResMlpGeometry wide{.image_size = 28, .patch = 2, .dim = 32, .depth = 1};
  const auto peak_of = [&](std::int64_t workspace_bytes) {
    RunConfig config;
    config.scheme = "int4-bsr";
    ResMlp model(wide, make_scheme(config, wide), 1, workspace_bytes);
    const Tensor images = torch::randn({16, 1, 28, 28});
    const std::int64_t before = live_bytes();
    tracer::reset_peak(MemoryDevice::cpu);
    model.forward(images).sum().backward();
    return tracer::memory_counters(MemoryDevice::cpu).peak_bytes - before;
  };
  (void)peak_of(roomy);  // fills library caches
  const std::int64_t map = 16 * 196 * 32 * 4;
  const std::int64_t tight = peak_of(map / 4);
  EXPECT_LT(tight, peak_of(roomy) / 2);
  // Codes, the block's input and output with their gradients, parameters' gradients and the chunk.
  EXPECT_LT(tight, 5 * map);
}

TEST(ResMlp, ParametersHaveTheirPublishedNames) {
  const ResMlpGeometry one{
      .image_size = 4, .patch = 2, .in_channels = 3, .dim = 6, .depth = 1, .classes = 2};
  const ResMlp model(one,
                     make_scheme(
                         [] {
                           RunConfig config;
                           config.block_rows = config.block_cols = 2;
                           return config;
                         }(),
                         one),
                     0, roomy);
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const auto& entry : model.named_parameters()) {
    shapes[entry.key()] = entry.value().sizes().vec();
    EXPECT_TRUE(entry.value().requires_grad()) << entry.key();
  }
  const std::map<std::string, std::vector<std::int64_t>> expected{
      {"stem.proj.weight", {6, 3, 2, 2}},
      {"stem.proj.bias", {6}},
      {"blocks.0.norm1.alpha", {6}},
      {"blocks.0.norm1.beta", {6}},
      {"blocks.0.linear_tokens.weight", {4, 4}},
      {"blocks.0.linear_tokens.bias", {4}},
      {"blocks.0.ls1", {6}},
      {"blocks.0.norm2.alpha", {6}},
      {"blocks.0.norm2.beta", {6}},
      {"blocks.0.mlp_channels.fc1.weight", {24, 6}},
      {"blocks.0.mlp_channels.fc1.bias", {24}},
      {"blocks.0.mlp_channels.fc2.weight", {6, 24}},
      {"blocks.0.mlp_channels.fc2.bias", {6}},
      {"blocks.0.ls2", {6}},
      {"norm.alpha", {6}},
      {"norm.beta", {6}},
      {"head.weight", {2, 6}},
      {"head.bias", {2}}};
  EXPECT_EQ(shapes, expected);
}

TEST(ResMlp, HasAsManyParametersAsItsGeometrySays) {
  const ResMlp model(geometry, scheme_of("dense"), 0, roomy);
  std::int64_t count = 0;
  for (const Tensor& parameter : model.parameters()) count += parameter.numel();
  EXPECT_EQ(count, parameter_count(geometry));
}

TEST(ResMlp, ParametersFollowFromTheSeedAlone) {
  const auto parameters_of = [](const std::string& scheme, std::uint64_t seed) {
    at::manual_seed(seed * 31 + scheme.size());  // must not matter
    std::vector<Tensor> parameters;
    for (const Tensor& p : ResMlp(geometry, scheme_of(scheme), seed, roomy).parameters()) {
      parameters.push_back(p.detach().flatten());
    }
    return torch::cat(parameters);
  };
  const Tensor dense = parameters_of("dense", 5);
  EXPECT_TRUE(torch::isfinite(dense).all().item<bool>());
  for (const std::string& name : preset_names()) {
    EXPECT_TRUE(torch::equal(parameters_of(name, 5), dense)) << name;
  }
  EXPECT_FALSE(torch::equal(parameters_of("dense", 6), dense));
}

TEST(ResMlp, RefusesImagesOfAnotherShape) {
  ResMlp model(geometry, scheme_of("exact"), 0, roomy);
  for (const Tensor& images : {torch::zeros({2, 3, 14, 12}), torch::zeros({2, 1, 14, 14}),
                               torch::zeros({3, 14, 14}), torch::zeros({14})}) {
    EXPECT_THROW((void)model.forward(images), ShapeMismatch) << images.sizes();
  }
}

TEST(SmoothedCrossEntropy, IsTheFormulaAndItsGradient) {
  at::manual_seed(3);
  const Tensor labels = torch::tensor({0, 3, 3, 1}, torch::kInt64);
  for (double smoothing : {0.0, 0.1, 0.7}) {
    const Tensor logits = torch::randn({4, 5}, torch::kFloat64).requires_grad_();
    const Tensor loss = smoothed_cross_entropy(logits, labels, smoothing);
    const Tensor p = torch::softmax(logits.detach(), 1);
    const Tensor target =
        torch::one_hot(labels, 5).to(torch::kFloat64) * (1 - smoothing) + smoothing / 5;
    EXPECT_NEAR(loss.item<double>(), -(target * p.log()).sum().item<double>() / 4, 1e-12);
    loss.backward();
    EXPECT_LE((logits.grad() - (p - target) / 4).abs().max().item<double>(), 1e-12) << smoothing;
  }
}

}  // namespace
}  // namespace actscope::core
