// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/config/alike.hpp"

#include <gtest/gtest.h>

#include <set>
#include <variant>

namespace actscope::core {
namespace {

struct Changed {
  void operator()(std::string& value) const { value += "x"; }
  void operator()(double& value) const { value += 0.125; }
  void operator()(bool& value) const { value = !value; }
  void operator()(std::int64_t& value) const { ++value; }
  void operator()(std::vector<std::string>& value) const { value.emplace_back("x"); }
  void operator()(std::optional<std::int64_t>& value) const { value = value.value_or(7) + 1; }
};

// Calls visit(option, config) with a configuration that differs in one field, for every field.
template <class Visit>
void for_each_change(const Visit& visit) {
  for (const RunOption& option : run_options()) {
    RunConfig config;
    std::visit([&](auto member) { Changed()(config.*member); }, option.member);
    visit(option, config);
  }
}

TEST(Alike, ExactlyTheFieldsOfTrainingTellTrainingsApart) {
  const RunConfig usual;
  for_each_change([&](const RunOption& option, const RunConfig& config) {
    const std::string name = option.field;
    const FieldRole role = option.role;
    const bool is_training = role == FieldRole::training;
    EXPECT_EQ(training_key(config) != training_key(usual), is_training) << name;
    EXPECT_EQ(training_differences(usual, config).size(), is_training ? 1U : 0U) << name;
    EXPECT_EQ(unusual_fields(config, {FieldRole::training}).empty(), !is_training) << name;
    const bool is_told_apart = role != FieldRole::place && role != FieldRole::seed;
    EXPECT_EQ(configuration_key(config) != configuration_key(usual), is_told_apart) << name;
  });
}

RunConfig known(std::vector<std::string> fields) {
  RunConfig config;
  config.known_fields = std::move(fields);
  return config;
}

TEST(Alike, AFieldThatIsNotKnownSaysNothing) {
  const RunConfig usual, net = known({"model", "batch"});
  EXPECT_TRUE(is_known("scheme", usual));
  EXPECT_TRUE(is_known("batch", net));
  EXPECT_FALSE(is_known("scheme", net));
  EXPECT_EQ(value_text(run_option("scheme"), net), "unknown");
  RunConfig other = net;
  other.scheme = "int4";  // not known: no difference
  EXPECT_EQ(configuration_key(other), configuration_key(net));
  EXPECT_TRUE(is_equal(run_option("scheme"), net, other));
  EXPECT_FALSE(is_equal(run_option("scheme"), net, usual));
  EXPECT_NE(training_key(net), training_key(usual));
  EXPECT_TRUE(training_differences(net, other).empty());
  EXPECT_EQ(unusual_fields(net, {FieldRole::training}), "");
}

TEST(Alike, ARunIsDenseOnlyWhereThatIsKnown) {
  EXPECT_TRUE(is_dense(RunConfig()));
  EXPECT_FALSE(is_dense(known({"model"})));
  EXPECT_TRUE(is_dense(known({"model", "scheme"})));
}

TEST(Alike, WhatTheIssueNamedIsTraining) {
  std::set<std::string> training;
  for (const RunOption& option : run_options()) {
    if (option.role == FieldRole::training) training.insert(option.field);
  }
  for (const char* name : {"optimizer", "drop_path_ratio", "ema_decay", "weight_decay",
                           "warmup_ratio", "label_smoothing", "heldout_samples"}) {
    EXPECT_TRUE(training.contains(name)) << name;
  }
}

// Checkpoints on disk hold a digest of this text.
TEST(Alike, ARunContinuesByTheTextThatItsCheckpointWasWrittenWith) {
  EXPECT_EQ(continuation_key(RunConfig()),
            "resmlp|-1|-1|-1|-1|-1|fashion-mnist|0|0|1|dense|16|16|0.80000000000000004|panel|"
            "constant|1|0|128|0|0.001|0.050000000000000003|0.10000000000000001|"
            "0.10000000000000001|cpu|fp32|67108864");
  RunConfig config;
  config.dim = 8;
  config.augment = false;
  config.slot_overrides = {"blocks.*.h=int8", "blocks.0.h=keep"};
  config.operand_overrides = {"blocks.*.dW1=full"};
  config.optimizer = "lamb";
  config.drop_path_ratio = 0.5;
  config.ema_decay = 0.75;
  EXPECT_EQ(continuation_key(config),
            "resmlp|8|-1|-1|-1|-1|fashion-mnist|0|0|0|dense|16|16|0.80000000000000004|panel|"
            "constant|1|0|128|0|0.001|0.050000000000000003|0.10000000000000001|"
            "0.10000000000000001|cpu|fp32|67108864|s blocks.*.h=int8|s blocks.0.h=keep|"
            "o blocks.*.dW1=full|optimizer lamb|drop path of halves 0.5|ema 0.75");
}

TEST(Alike, WhatFollowsTellsContinuationsApart) {
  const std::set<std::string> without = {
      "data_dir",        "max_corrupt_share", "data_workers",  "budget_bytes",
      "weights",         "threads",           "out",           "trace",
      "gradient_errors", "save_weights",      "weights_names", "checkpoint_every"};
  for_each_change([&](const RunOption& option, const RunConfig& config) {
    EXPECT_EQ(continuation_key(config) == continuation_key(RunConfig()),
              without.contains(option.field))
        << option.field;
  });
}

TEST(Alike, EpochsDoNotCountWhereStepsDo) {
  RunConfig a, b;
  a.steps = b.steps = 10;
  b.epochs = 7;
  EXPECT_EQ(training_key(a), training_key(b));
  EXPECT_TRUE(training_differences(a, b).empty());
}

TEST(Alike, ListsOfTextsDoNotRunIntoEachOther) {
  RunConfig a, b;
  a.slot_overrides = {"x=int4 y=int8"};
  b.slot_overrides = {"x=int4", "y=int8"};
  EXPECT_NE(configuration_key(a), configuration_key(b));
}

TEST(Alike, DenseWithAnOverrideIsNotDense) {
  RunConfig config;
  EXPECT_TRUE(is_dense(config));
  config.slot_overrides = {"blocks.0.h=int8"};
  EXPECT_FALSE(is_dense(config));
  config = {};
  config.operand_overrides = {"blocks.*.dW1=bsr:16:0.8"};
  EXPECT_FALSE(is_dense(config));
}

RunConfig int4() {
  RunConfig config;
  config.scheme = "int4";
  return config;
}

TEST(DenseRunsTest, FindsTheOneThatTrainedAlike) {
  DenseRuns dense;
  RunConfig lamb, adamw;
  lamb.optimizer = "lamb";
  dense.add(adamw, {}, 5);
  dense.add(lamb, {}, 6);  // added last, and yet not found for every run
  EXPECT_EQ(dense.find(int4(), {}, SeedOf::same), 5U);
  RunConfig config = int4();
  config.optimizer = "lamb";
  EXPECT_EQ(dense.find(config, {}, SeedOf::same), 6U);
  config.optimizer = "sgd";
  EXPECT_FALSE(dense.find(config, {}, SeedOf::any));
  EXPECT_EQ(dense.why_none(config, {}, SeedOf::any),
            "no dense run trains alike (optimizer: adamw -> sgd)");
}

TEST(DenseRunsTest, SaysWhyThereIsNone) {
  EXPECT_EQ(DenseRuns().why_none(int4(), {}, SeedOf::same), "no dense run");
  DenseRuns dense;
  dense.add(RunConfig(), "aa", 0);
  RunConfig config = int4();
  config.seed = 3;
  EXPECT_FALSE(dense.find(config, {}, SeedOf::same));
  EXPECT_EQ(dense.why_none(config, {}, SeedOf::same), "no dense run of seed 3");
  EXPECT_EQ(dense.find(config, {}, SeedOf::any), 0U);
  EXPECT_FALSE(dense.find(int4(), "bb", SeedOf::same));
  EXPECT_EQ(dense.why_none(int4(), "bb", SeedOf::same), "no dense run trains alike (other data)");
}

TEST(DenseRunsTest, TimesNeedWhatIsMeasuredAlikeToo) {
  DenseRuns dense;
  RunConfig one_thread, two_threads;
  one_thread.threads = 1;
  two_threads.threads = 2;
  dense.add(one_thread, {}, 1);
  dense.add(two_threads, {}, 2);
  RunConfig config = int4();
  config.threads = 2;
  EXPECT_EQ(dense.find(config, {}, SeedOf::same), 2U);
  EXPECT_EQ(dense.find_timed(config, {}, SeedOf::same), 2U);
  config.threads = 3;
  EXPECT_EQ(dense.find(config, {}, SeedOf::same), 1U);
  EXPECT_FALSE(dense.find_timed(config, {}, SeedOf::same));
}

}  // namespace
}  // namespace actscope::core
