// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/sparsity_schedule.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

TEST(SparsitySchedule, ConstantIsAlwaysWhole) {
  for (std::int64_t step : {0, 1, 1000}) EXPECT_EQ(parse_schedule("constant").share_at(step), 1);
}

TEST(SparsitySchedule, WarmupIsDenseBeforeItsEnd) {
  const SparsitySchedule schedule = parse_schedule("warmup:3");
  EXPECT_EQ(schedule.share_at(0), 0);
  EXPECT_EQ(schedule.share_at(2), 0);
  EXPECT_EQ(schedule.share_at(3), 1);
  EXPECT_EQ(parse_schedule("warmup:0").share_at(0), 1);
}

TEST(SparsitySchedule, CubicRisesFastAndEndsWhole) {
  const SparsitySchedule schedule = parse_schedule("cubic:10:20");
  EXPECT_EQ(schedule.share_at(0), 0);
  EXPECT_EQ(schedule.share_at(10), 0);
  EXPECT_DOUBLE_EQ(schedule.share_at(15), 1 - 0.125);
  EXPECT_EQ(schedule.share_at(20), 1);
  EXPECT_EQ(schedule.share_at(1'000'000), 1);
  for (std::int64_t step = 10; step < 20; ++step) {
    EXPECT_LT(schedule.share_at(step), schedule.share_at(step + 1));
  }
}

TEST(SparsitySchedule, RefusesWhatIsNone) {
  for (const char* text :
       {"", "constant:1", "warmup", "warmup:", "warmup:-1", "warmup:1.5", "warmup:1:2", "cubic",
        "cubic:1", "cubic:5:5", "cubic:6:5", "cubic:-1:5", "linear:0:5"}) {
    EXPECT_THROW((void)parse_schedule(text), ConfigError) << text;
  }
}

TEST(SchemeAt, AShareOfTheSparsityAndDenseAtNone) {
  RunConfig config;
  config.scheme = "linear-bsr";
  config.sparsity_ratio = 0.8;
  config.slot_overrides = {"*.h=int4", "*.t=topk:0.6", "*.x=bsr+int2:16:0.5"};
  config.operand_overrides = {};
  const ResMlpGeometry geometry{.image_size = 64, .patch = 4, .dim = 64, .depth = 2};
  const Scheme scheme = make_scheme(config, geometry);
  const auto store = [](const Scheme& of, Slot slot) { return of.blocks[1].store(slot); };

  EXPECT_EQ(store(scheme_at(scheme, 1), Slot::u), store(scheme, Slot::u));
  const Scheme half = scheme_at(scheme, 0.5);
  EXPECT_EQ(to_text(store(half, Slot::u)), "bsr:16:0.4");
  EXPECT_EQ(to_text(store(half, Slot::t)), "topk:0.3");
  EXPECT_EQ(to_text(store(half, Slot::x)), "bsr+int2:16:0.25");
  EXPECT_EQ(to_text(store(half, Slot::h)), "int4");
  const Scheme none = scheme_at(scheme, 0);
  for (Slot slot : {Slot::u, Slot::t, Slot::x}) {
    EXPECT_EQ(store(none, slot).kind, StoreKind::keep);
  }
  EXPECT_EQ(to_text(store(none, Slot::h)), "int4");

  config.scheme = "int4-bsr";
  config.slot_overrides = {};
  const Scheme chosen = make_scheme(config, geometry);
  EXPECT_EQ(scheme_at(chosen, 0).blocks[0].operand(Product::dW1).kind, OperandKind::full);
  EXPECT_EQ(to_text(scheme_at(chosen, 0.5).blocks[0].operand(Product::dW2)), "bsr:16:0.4");
}

}  // namespace
}  // namespace actscope::core
