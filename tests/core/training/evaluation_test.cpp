// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/evaluation.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "actscope/base/error.hpp"
#include "temporary_folder.hpp"
#include "training_support.hpp"

namespace actscope::core {
namespace {

using testing::HasSubstr;

// A trained model's weights and the record of its run.
struct Trained {
  RunConfig config;
  RunRecord record;
};

Trained trained(const TemporaryFolder& folder, const std::string& names = "timm") {
  RunConfig config = tiny_run();
  config.save_weights = folder / "w.safetensors";
  config.weights_names = names;
  const RunRecord record = train(config, {});
  config.weights = config.save_weights;
  return {config, record};
}

TEST(Evaluate, GivesTheAccuracyAndLossOfTheRunThatSavedTheWeights) {
  for (const char* names : {"timm", "original"}) {
    const TemporaryFolder folder;
    const Trained run = trained(folder, names);
    const EvaluationRecord record = evaluate(run.config, {});
    EXPECT_EQ(record.samples, 20);
    EXPECT_EQ(record.accuracy_ratio.value, run.record.summary.heldout_accuracy_ratio.value);
    EXPECT_NEAR(*record.loss.value, *run.record.accuracy.back().heldout_loss.value, 1e-6);
    EXPECT_EQ(record.correct, std::llround(*record.accuracy_ratio.value * 20));
    EXPECT_FALSE(record.is_interrupted);
    EXPECT_FALSE(record.first_non_finite);
  }
}

TEST(Evaluate, InBf16GivesTheAccuracyOfTheBf16Run) {
  const TemporaryFolder folder;
  RunConfig config = tiny_run("int4");
  config.dtype = "bf16";
  config.save_weights = folder / "w.safetensors";
  const RunRecord run = train(config, {});
  config.weights = config.save_weights;
  const EvaluationRecord narrow = evaluate(config, {});
  EXPECT_EQ(narrow.accuracy_ratio.value, run.summary.heldout_accuracy_ratio.value);
  EXPECT_NEAR(*narrow.loss.value, *run.accuracy.back().heldout_loss.value, 1e-6);
  config.dtype = "fp32";
  const EvaluationRecord wide = evaluate(config, {});
  EXPECT_NE(*wide.loss.value, *narrow.loss.value);
  EXPECT_NEAR(*wide.loss.value, *narrow.loss.value, 0.05);
}

TEST(Evaluate, TellsEveryImageInOrderWhateverTheBatch) {
  const TemporaryFolder folder;
  Trained run = trained(folder);
  std::vector<float> first;
  for (const std::int64_t batch : {1, 7, 20, 64}) {
    run.config.batch = batch;
    std::vector<float> logits;
    std::int64_t next = 0, correct = 0;
    EvaluationHooks hooks;
    hooks.on_prediction = [&](const Prediction& p) {
      EXPECT_EQ(p.index, next++);
      ASSERT_EQ(p.logits.size(), 4U);
      EXPECT_EQ(p.predicted, std::ranges::max_element(p.logits) - p.logits.begin());
      correct += p.predicted == p.label ? 1 : 0;
      logits.insert(logits.end(), p.logits.begin(), p.logits.end());
    };
    EXPECT_EQ(evaluate(run.config, hooks).correct, correct);
    EXPECT_EQ(next, 20);
    if (first.empty()) first = logits;
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_NEAR(logits[i], first[i], 1e-5);
  }
}

TEST(Evaluate, StopsBetweenBatches) {
  const TemporaryFolder folder;
  Trained run = trained(folder);
  EvaluationHooks hooks;
  hooks.stop_requested = [] { return true; };
  const EvaluationRecord record = evaluate(run.config, hooks);
  EXPECT_TRUE(record.is_interrupted);
  EXPECT_EQ(record.samples, 8);
}

TEST(Evaluate, NamesTheFirstImageWithoutFiniteLogits) {
  const TemporaryFolder folder;
  const Trained run = trained(folder);
  std::string bytes = folder.read("w.safetensors");
  const float nan = NAN;
  std::memcpy(bytes.data() + bytes.size() - sizeof nan, &nan, sizeof nan);
  folder.write("w.safetensors", bytes);
  const EvaluationRecord record = evaluate(run.config, {});
  EXPECT_FALSE(record.accuracy_ratio.value);
  EXPECT_THAT(record.loss.reason, HasSubstr("not finite"));
  EXPECT_EQ(record.first_non_finite, 0);
}

TEST(Evaluate, RefusesMissingAndUnfittingWeights) {
  const TemporaryFolder folder;
  Trained run = trained(folder);
  run.config.dim = 12;
  EXPECT_THAT(error_of<DataError>([&] { (void)evaluate(run.config, {}); }),
              HasSubstr("shapes differ"));
  run.config.weights.clear();
  EXPECT_THAT(error_of<ConfigError>([&] { (void)evaluate(run.config, {}); }),
              HasSubstr("--weights"));
}

}  // namespace
}  // namespace actscope::core
