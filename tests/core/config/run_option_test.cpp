// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/config/run_option.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// Options among the fields of RunConfig: all but the last, which says what is known of the others.
// A new one does not compile here until it is counted, and then fails the test below until the
// table has a row for it.
constexpr std::size_t fields_of_run_config() {
  [[maybe_unused]] const auto count = [](const RunConfig& config) {
    const auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
                 f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34,
                 f35, f36, f37, f38, f39, f40, f41, f42, f43, f44, known_fields] = config;
    return sizeof(f1);
  };
  return 44;
}

TEST(RunOptionTable, HasARowForEveryFieldOfAConfiguration) {
  std::set<std::string> names;
  std::set<const void*> places;
  RunConfig config;
  for (const RunOption& option : run_options()) {
    names.insert(option.field);
    std::visit([&](auto member) { places.insert(&(config.*member)); }, option.member);
  }
  EXPECT_EQ(places.size(), fields_of_run_config());
  EXPECT_EQ(names.size(), fields_of_run_config());
  EXPECT_EQ(run_options().size(), fields_of_run_config());
}

TEST(RunOptionTable, DefaultsAreWithinTheirRanges) {
  for (const RunOption& option : run_options()) {
    EXPECT_NO_THROW(check_value(option, RunConfig())) << option.field;
    EXPECT_FALSE(meaning_of(option).empty()) << option.field;
  }
}

TEST(RunOptionTable, WhatACommandTakesHasAnOption) {
  for (const RunOption& option : run_options()) {
    const std::string name = option.option;
    if (option.commands == 0) continue;
    EXPECT_TRUE(name.starts_with("--")) << option.field;
    const bool has_value = option.syntax != OptionSyntax::turns_off;
    EXPECT_EQ(std::string(option.value).empty(), !has_value) << option.field;
  }
}

TEST(RunOptionTable, ChoicesNeedAWordForErrors) {
  for (const RunOption& option : run_options()) {
    const bool is_name = std::holds_alternative<std::string RunConfig::*>(option.member);
    if (option.choices == nullptr || !is_name) continue;
    EXPECT_FALSE(std::string(option.kind).empty()) << option.field;
  }
}

TEST(RunOptionTable, ValuesOutOfRangeAreRefusedWithTheRange) {
  RunConfig config;
  config.threads = 2000;
  EXPECT_THAT([&] { check_value(run_option("threads"), config); },
              ThrowsMessage<ConfigError>(HasSubstr("--threads is out of range")));
  EXPECT_THAT([&] { check_value(run_option("threads"), config); },
              ThrowsMessage<ConfigError>(HasSubstr("from 0 to 1024")));
  config.drop_path_ratio = 0.95;
  EXPECT_THAT([&] { check_value(run_option("drop_path_ratio"), config); },
              ThrowsMessage<ConfigError>(HasSubstr("from 0 to 0.9")));
  config.budget_bytes = 0;
  EXPECT_THAT([&] { check_value(run_option("budget_bytes"), config); },
              ThrowsMessage<ConfigError>(HasSubstr("the budget is out of range")));
}

TEST(RunOptionTable, UnknownNamesAreRefusedWithThoseThereAre) {
  RunConfig config;
  config.optimizer = "sgd";
  EXPECT_THAT([&] { check_value(run_option("optimizer"), config); },
              ThrowsMessage<ConfigError>(HasSubstr("unknown optimizer 'sgd'")));
  EXPECT_THAT([&] { check_value(run_option("optimizer"), config); },
              ThrowsMessage<ConfigError>(HasSubstr("give adamw or lamb")));
  config.trace = "all";
  EXPECT_THAT([&] { check_value(run_option("trace"), config); },
              ThrowsMessage<ConfigError>(HasSubstr("off, ledger, timeline, cupti or audit")));
}

TEST(RunOptionTable, AnUnknownFieldIsADefect) {
  EXPECT_THROW(run_option("colour"), Error);
}

TEST(RunOptionTable, SaysWhatAnOptionIs) {
  EXPECT_EQ(meaning_of(run_option("optimizer")), "adamw or lamb");
  EXPECT_THAT(meaning_of(run_option("scheme")), testing::StartsWith("one of dense, linear-bsr, "));
  EXPECT_THAT(meaning_of(run_option("slots")), HasSubstr("keep, drop, bsr:16:0.8, "));
  EXPECT_EQ(meaning_of(run_option("batch")), "images a step, from 1");
}

TEST(RunOptionTable, ValuesAreCopiedComparedAndShown) {
  RunConfig from, to;
  from.dim = 8;
  from.learning_rate = 1e-3;
  from.augment = false;
  from.slot_overrides = {"a", "b"};
  const auto text = [&](const char* field) { return value_text(run_option(field), from); };
  EXPECT_EQ(text("dim"), "8");
  EXPECT_EQ(text("depth"), "unset");
  EXPECT_EQ(text("learning_rate"), "0.001");
  EXPECT_EQ(text("augment"), "no");
  EXPECT_EQ(text("slots"), "a b");
  for (const RunOption& option : run_options()) {
    copy_value(option, from, to);
    EXPECT_TRUE(is_equal(option, from, to)) << option.field;
  }
  EXPECT_FALSE(is_equal(run_option("dim"), from, RunConfig()));
}

}  // namespace
}  // namespace actscope::core
