// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/alike.hpp"

#include <gtest/gtest.h>

#include <set>

namespace actscope {
namespace {

// Fields of RunConfig. A new one does not compile here until it is counted, and then fails the test
// below until for_each_field gives it a role.
constexpr std::size_t fields_of_run_config() {
  [[maybe_unused]] const auto count = [](const RunConfig& config) {
    const auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
                 f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34,
                 f35, f36, f37, f38, f39, f40, f41, f42, f43, f44] = config;
    return sizeof(f1);
  };
  return 44;
}

struct Changed {
  void operator()(std::string& value) const { value += "x"; }
  void operator()(double& value) const { value += 0.125; }
  void operator()(bool& value) const { value = !value; }
  void operator()(std::int64_t& value) const { ++value; }
  void operator()(std::vector<std::string>& value) const { value.emplace_back("x"); }
  void operator()(std::optional<std::int64_t>& value) const { value = value.value_or(7) + 1; }
};

// Calls visit(name, role, config) with a configuration that differs in one field, for every field.
template <class Visit>
void for_each_change(const Visit& visit) {
  for (std::size_t changed = 0; changed < fields_of_run_config(); ++changed) {
    RunConfig config;
    std::size_t i = 0;
    std::string name;
    FieldRole role = FieldRole::place;
    for_each_field(config, [&](const char* field, FieldRole of, auto& value) {
      if (i++ != changed) return;
      name = field;
      role = of;
      Changed()(value);
    });
    visit(name, role, config);
  }
}

TEST(ConfigFields, EveryFieldOfAConfigurationHasARoleAndAName) {
  std::set<std::string> names;
  std::set<const void*> places;
  RunConfig config;
  for_each_field(config, [&](const char* name, FieldRole, auto& value) {
    names.insert(name);
    places.insert(&value);
  });
  EXPECT_EQ(places.size(), fields_of_run_config());
  EXPECT_EQ(names.size(), fields_of_run_config());
}

TEST(Alike, ExactlyTheFieldsOfTrainingTellTrainingsApart) {
  const RunConfig usual;
  for_each_change([&](const std::string& name, FieldRole role, const RunConfig& config) {
    const bool is_training = role == FieldRole::training;
    EXPECT_EQ(training_key(config) != training_key(usual), is_training) << name;
    EXPECT_EQ(training_differences(usual, config).size(), is_training ? 1U : 0U) << name;
    EXPECT_EQ(unusual_fields(config, {FieldRole::training}).empty(), !is_training) << name;
    const bool is_told_apart = role != FieldRole::place && role != FieldRole::seed;
    EXPECT_EQ(configuration_key(config) != configuration_key(usual), is_told_apart) << name;
  });
}

TEST(Alike, WhatTheIssueNamedIsTraining) {
  std::set<std::string> training;
  for_each_change([&](const std::string& name, FieldRole role, const RunConfig&) {
    if (role == FieldRole::training) training.insert(name);
  });
  for (const char* name : {"optimizer", "drop_path_ratio", "ema_decay", "weight_decay",
                           "warmup_ratio", "label_smoothing", "heldout_samples"}) {
    EXPECT_TRUE(training.contains(name)) << name;
  }
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
  dense.add(lamb, {}, 6);  // the last one is not the one for all
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
}  // namespace actscope
