// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/bfloat16.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "actscope/base/error.hpp"
#include "actscope/kernels/codec.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::ElementsAre;

TEST(Bfloat16, RoundsToNearestTiesToEven) {
  EXPECT_EQ(bfloat16(1.0F).bits, 0x3f80);
  EXPECT_EQ(bfloat16(0x1.00fffep0F).bits, 0x3f80);  // just below the middle
  EXPECT_EQ(bfloat16(0x1.01p0F).bits, 0x3f80);      // the middle, down to even
  EXPECT_EQ(bfloat16(0x1.03p0F).bits, 0x3f82);      // the middle, up to even
  EXPECT_EQ(bfloat16(-0.0F).bits, 0x8000);
  EXPECT_EQ(bfloat16(std::numeric_limits<float>::max()).bits, 0x7f80);
}

TEST(Bfloat16, KeepsWhatIsNotFinite) {
  EXPECT_TRUE(std::isnan(static_cast<float>(bfloat16(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_TRUE(std::isnan(static_cast<float>(bfloat16(std::bit_cast<float>(0x7f800001U)))));
  EXPECT_EQ(static_cast<float>(bfloat16(-std::numeric_limits<float>::infinity())),
            -std::numeric_limits<float>::infinity());
}

TEST(Bfloat16, EveryPatternGoesThroughFloatUnchanged) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    bfloat16 value;
    value.bits = static_cast<std::uint16_t>(bits);
    const float wide = value;
    if (std::isnan(wide)) continue;  // stays NaN, see above
    ASSERT_EQ(bfloat16(wide).bits, bits);
  }
}

// X = [1 2; 3 4], dY = [1 0; 2 1]: sums and results are floats.
TEST(Bfloat16, ProductsAreWrittenInFloat) {
  std::vector<bfloat16> x, dy;
  for (const float value : {1.0F, 2.0F, 3.0F, 4.0F}) x.emplace_back(value);
  for (const float value : {1.0F, 0.0F, 2.0F, 1.0F}) dy.emplace_back(value);
  for (const ExecutionContext& context : {reference, cpu}) {
    OwnedPanels<bfloat16> panels(PanelLayout(1, 2, 2, {1, 1, 0.0}));
    EXPECT_EQ(panels.view.layout.value_bytes(DType::bf16), 8);
    compress(context, contiguous_matrix<const void*>(x.data(), DType::bf16, 2, 2), panels.view,
             nullptr);
    std::vector<float> dw(4, 9);
    const auto dy_view = contiguous_matrix<const void*>(dy.data(), DType::bf16, 2, 2);
    gemm_tn(context, dy_view, as_const(panels.view),
            contiguous_matrix<void*>(dw.data(), DType::f32, 2, 2));
    EXPECT_THAT(dw, ElementsAre(7, 10, 3, 4));
    EXPECT_THROW(gemm_tn(context, dy_view, as_const(panels.view),
                         contiguous_matrix<void*>(dw.data(), DType::bf16, 2, 2)),
                 ShapeMismatch);
  }
}

TEST(Bfloat16, HasNoCodes) {
  std::vector<bfloat16> values(4);
  std::vector<std::uint8_t> codes(4);
  CodeScale scale;
  EXPECT_THROW(quantize(cpu, DType::bf16, values.data(), 4, CodeBits::int8, codes.data(), &scale),
               ShapeMismatch);
}

}  // namespace
}  // namespace actscope::kernels::test
