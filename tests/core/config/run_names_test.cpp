// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/config/run_names.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

TEST(RunNames, NamesStandForTheirEnumerators) {
  RunConfig config;
  const std::pair<const char*, TraceLevel> levels[] = {{"off", TraceLevel::off},
                                                       {"ledger", TraceLevel::ledger},
                                                       {"timeline", TraceLevel::timeline},
                                                       {"cupti", TraceLevel::cupti},
                                                       {"audit", TraceLevel::audit}};
  EXPECT_EQ(trace_level_names().size(), std::size(levels));
  for (const auto& [name, level] : levels) {
    config.trace = name;
    EXPECT_EQ(trace_level_of(config), level) << name;
    EXPECT_EQ(has_timeline(level), config.trace != "off" && config.trace != "ledger") << name;
  }
  EXPECT_EQ(device_of(config), DeviceKind::cpu);
  config.device = "cuda";
  EXPECT_EQ(device_of(config), DeviceKind::cuda);
  EXPECT_EQ(optimizer_of(config), OptimizerKind::adamw);
  config.optimizer = "lamb";
  EXPECT_EQ(optimizer_of(config), OptimizerKind::lamb);
}

TEST(RunNames, UnknownNamesRaise) {
  RunConfig config;
  config.trace = "everything";
  EXPECT_THROW((void)trace_level_of(config), ConfigError);
  config.device = "tpu";
  EXPECT_THROW((void)device_of(config), ConfigError);
  config.optimizer = "sgd";
  EXPECT_THROW((void)optimizer_of(config), ConfigError);
}

TEST(RunNames, ModelsAreTheFreeOneAndThePublished) {
  EXPECT_EQ(model_names().front(), "resmlp");
  EXPECT_EQ(model_names().size(), 6U);
}

}  // namespace
}  // namespace actscope::core
