// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/presets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

BlockPlan plan_of(const Preset& preset, std::int64_t side, double sparsity_ratio) {
  return preset.plan({side, side, sparsity_ratio});
}

bool is_same(const BlockPlan& a, const BlockPlan& b) {
  return a.plain_autograd == b.plain_autograd && a.stores == b.stores && a.operands == b.operands;
}

TEST(Presets, SayWhatTheyReadOfAConfiguration) {
  for (const Preset& preset : presets()) {
    const BlockPlan plan = plan_of(preset, 16, 0.8);
    EXPECT_EQ(is_same(plan, plan_of(preset, 8, 0.8)), !preset.has_blocks) << preset.name;
    EXPECT_EQ(is_same(plan, plan_of(preset, 16, 0.5)), !preset.has_sparsity) << preset.name;
  }
}

TEST(Presets, AreFoundByTheirNames) {
  EXPECT_EQ(preset_names().size(), presets().size());
  for (const std::string& name : preset_names()) EXPECT_EQ(preset_of(name).name, name);
  EXPECT_EQ(find_preset("int3"), nullptr);
  EXPECT_THAT([] { (void)preset_of("int3"); },
              ThrowsMessage<ConfigError>(HasSubstr("give one of dense, linear-bsr, exact")));
}

TEST(Presets, NoTwoAreTheSame) {
  for (const Preset& a : presets()) {
    for (const Preset& b : presets()) {
      EXPECT_EQ(is_same(plan_of(a, 16, 0.8), plan_of(b, 16, 0.8)), &a == &b)
          << a.name << ", " << b.name;
    }
  }
}

}  // namespace
}  // namespace actscope::core
