// SPDX-License-Identifier: Apache-2.0
// Gradient errors, norms and schedules as a run reports them.
#include <gmock/gmock.h>

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "training_support.hpp"

namespace actscope::core {
namespace {

RunConfig probed_run(const std::string& scheme, std::int64_t steps = 3) {
  RunConfig config = tiny_run(scheme);
  config.steps = steps;
  config.gradient_errors = 2;
  return config;
}

const GradientError& error_of(const RunRecord& record, const std::string& layer,
                              const std::string& parameter) {
  const auto found = std::ranges::find_if(record.gradients, [&](const GradientError& error) {
    return error.layer == layer && error.parameter == parameter;
  });
  EXPECT_NE(found, record.gradients.end()) << layer << " " << parameter;
  return found == record.gradients.end() ? record.gradients.front() : *found;
}

const SlotFootprint& slot_of(const RunRecord& record, const std::string& layer,
                             const std::string& slot) {
  const auto at = std::ranges::find(record.layers, layer, &LayerFootprint::name);
  return *std::ranges::find(at->slots, slot, &SlotFootprint::name);
}

TEST(GradientProbe, AnExactSchemeHasNoErrors) {
  for (const char* scheme : {"dense", "exact", "checkpoint"}) {
    const RunRecord record = train(probed_run(scheme), {});
    EXPECT_EQ(record.gradients.size(), 2U * 12 + 2 + 4);
    for (const GradientError& error : record.gradients) {
      EXPECT_LE(error.relative_error, 1e-4) << scheme << " " << error.parameter;
      EXPECT_NEAR(error.cosine, 1, 1e-6) << scheme << " " << error.parameter;
    }
  }
}

TEST(GradientProbe, PruningShowsWhereItPrunes) {
  const RunRecord record = train(probed_run("int4-bsr"), {});
  EXPECT_GT(error_of(record, "blocks.1", "mlp_channels.fc1.weight").relative_error, 0.1);
  EXPECT_GT(error_of(record, "blocks.0", "mlp_channels.fc2.weight").relative_error, 0.1);
  EXPECT_LT(error_of(record, "blocks.1", "mlp_channels.fc2.bias").relative_error, 1e-5);
  EXPECT_LT(error_of(record, "tail", "head.weight").relative_error, 1e-5);
  EXPECT_LT(error_of(record, "stem", "proj.weight").cosine, 1);
  for (const char* layer : {"blocks.0", "blocks.1"}) {
    for (const char* slot : {"x1", "u"}) {
      const auto ratio = slot_of(record, layer, slot).kept_norm_ratio;
      ASSERT_TRUE(ratio.has_value()) << layer << " " << slot;
      EXPECT_GT(*ratio, 0.6);  // half of the blocks, the larger ones
      EXPECT_LT(*ratio, 1);
    }
    EXPECT_FALSE(slot_of(record, layer, "h").kept_norm_ratio.has_value());
  }
}

TEST(GradientProbe, ChangesNothingOfTheRun) {
  for (const char* select : {"panel", "threshold", "random:unbiased"}) {
    for (const char* scheme : {"linear-bsr", "int2-bsr"}) {
      RunConfig config = probed_run(scheme, 5);
      config.select = select;
      const RunRecord with = train(config, {});
      config.gradient_errors = 0;
      const RunRecord without = train(config, {});
      EXPECT_TRUE(without.gradients.empty());
      EXPECT_FALSE(slot_of(without, "blocks.0", "u").kept_norm_ratio.has_value());
      EXPECT_EQ(with.summary.weights_sha256, without.summary.weights_sha256) << scheme << select;
      EXPECT_EQ(with.summary.saved_bytes.value, without.summary.saved_bytes.value);
      EXPECT_EQ(with.summary.residual_bytes.value, 0);
      EXPECT_EQ(with.summary.peak_bytes.value, without.summary.peak_bytes.value) << scheme;
    }
  }
}

TEST(Schedule, AWarmStepIsTheExactOneAndTheLastStepIsPredicted) {
  RunConfig config = tiny_run("linear-bsr");
  config.steps = 4;
  config.schedule = "warmup:4";
  const RunRecord warm = train(config, {});
  // While warm: everything is kept and nothing pruned.
  EXPECT_EQ(warm.summary.predicted_step, 3);
  EXPECT_EQ(*warm.summary.predicted_saved_bytes.value, *warm.summary.saved_bytes.value);
  EXPECT_EQ(slot_of(warm, "blocks.0", "u").store, "keep");
  EXPECT_EQ(warm.summary.residual_bytes.value, 0);

  config.steps = 6;
  const RunRecord pruned = train(config, {});
  EXPECT_EQ(pruned.summary.predicted_step, 5);
  EXPECT_EQ(*pruned.summary.predicted_saved_bytes.value, *pruned.summary.saved_bytes.value);
  EXPECT_EQ(slot_of(pruned, "blocks.0", "u").store, "bsr:4:0.5");
  EXPECT_LT(*pruned.summary.saved_bytes.value, *warm.summary.saved_bytes.value);
  EXPECT_TRUE(pruned.warnings.empty());

  config.schedule = "cubic:0:12";
  const RunRecord rising = train(config, {});
  EXPECT_EQ(*rising.summary.predicted_saved_bytes.value, *rising.summary.saved_bytes.value);
  EXPECT_LT(*rising.summary.saved_bytes.value, *warm.summary.saved_bytes.value);
  EXPECT_GT(*rising.summary.saved_bytes.value, *pruned.summary.saved_bytes.value);
}

TEST(Schedule, PruningBeginsWhereTheWarmupEnds) {
  RunConfig config = tiny_run("int4-bsr");
  config.steps = 3;
  config.schedule = "warmup:3";
  const std::string warm = train(config, {}).summary.weights_sha256;
  RunConfig codes = tiny_run("int4");
  codes.steps = 3;
  EXPECT_EQ(warm, train(codes, {}).summary.weights_sha256);
  config.schedule = "warmup:2";
  EXPECT_NE(warm, train(config, {}).summary.weights_sha256);
}

TEST(Schedule, WrongOnesAreRefused) {
  RunConfig config = tiny_run("linear-bsr");
  config.schedule = "soon";
  EXPECT_THROW(validate_run_config(config), ConfigError);
  config.schedule = "constant";
  config.gradient_errors = -1;
  EXPECT_THROW(validate_run_config(config), ConfigError);
}

}  // namespace
}  // namespace actscope::core
