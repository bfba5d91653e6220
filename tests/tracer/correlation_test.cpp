// SPDX-License-Identifier: Apache-2.0
#include "correlation.hpp"

#include <gtest/gtest.h>

namespace actscope::tracer {
namespace {

TEST(EncodePlace, SurvivesTheWayThereAndBack) {
  for (const TracePlace& place : {TracePlace{}, TracePlace{0, 1, 2, Phase::forward},
                                  TracePlace{16777213, 65535, 65535, Phase::optimizer},
                                  TracePlace{12, 0, 7, Phase::backward}}) {
    const TracePlace back = decode_place(encode_place(place));
    EXPECT_EQ(back.step, place.step);
    EXPECT_EQ(back.layer, place.layer);
    EXPECT_EQ(back.slot, place.slot);
    EXPECT_EQ(back.phase, place.phase);
  }
}

TEST(DecodePlace, TakesAnyNumber) {
  EXPECT_EQ(decode_place(0xffU).phase, Phase::other);
  EXPECT_EQ(decode_place(0).step, -1);
}

}  // namespace
}  // namespace actscope::tracer
