// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/float16.hpp"

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

static_assert(float16(1.5F).bits == 0x3e00);
static_assert(static_cast<float>(float16(-0.375F)) == -0.375F);

TEST(Float16, RoundsToNearestTiesToEven) {
  EXPECT_EQ(float16(1.0F).bits, 0x3c00);
  EXPECT_EQ(float16(0x1.002p0F).bits, 0x3c00);             // the middle, down to even
  EXPECT_EQ(float16(0x1.00202p0F).bits, 0x3c01);           // just above it
  EXPECT_EQ(float16(0x1.006p0F).bits, 0x3c02);             // the middle, up to even
  EXPECT_EQ(float16(0x1.ffep0F + 0x1p-11F).bits, 0x4000);  // the carry raises the exponent
  EXPECT_EQ(float16(-0.0F).bits, 0x8000);
  EXPECT_EQ(float16(-2.0).bits, 0xc000);
  EXPECT_EQ(float16(3).bits, 0x4200);
}

TEST(Float16, WhatIsTooLargeBecomesInfinity) {
  EXPECT_EQ(float16(65504.0F).bits, 0x7bff);
  EXPECT_EQ(float16(std::nextafter(65520.0F, 0.0F)).bits, 0x7bff);
  EXPECT_EQ(float16(65520.0F).bits, 0x7c00);
  EXPECT_EQ(float16(65536.0F).bits, 0x7c00);
  EXPECT_EQ(float16(std::numeric_limits<float>::lowest()).bits, 0xfc00);
}

TEST(Float16, SmallNumbersAreMultiplesOfTheLeast) {
  EXPECT_EQ(float16(0x1p-14F).bits, 0x0400);
  EXPECT_EQ(float16(std::nextafter(0x1p-14F, 0.0F)).bits, 0x0400);  // rounds up to a normal number
  EXPECT_EQ(float16(0x1.ff8p-15F).bits, 0x03ff);
  EXPECT_EQ(float16(0x1p-24F).bits, 0x0001);
  EXPECT_EQ(float16(0x1p-25F).bits, 0x0000);  // the middle, down to even
  EXPECT_EQ(float16(std::nextafter(0x1p-25F, 1.0F)).bits, 0x0001);
  EXPECT_EQ(float16(0x1.8p-24F).bits, 0x0002);  // the middle, up to even
  EXPECT_EQ(float16(-std::numeric_limits<float>::denorm_min()).bits, 0x8000);
}

TEST(Float16, KeepsWhatIsNotFinite) {
  EXPECT_TRUE(std::isnan(static_cast<float>(float16(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_TRUE(std::isnan(static_cast<float>(float16(std::bit_cast<float>(0x7f800001U)))));
  EXPECT_EQ(float16(std::bit_cast<float>(0xffc02000U)).bits, 0xfe01);  // payload and sign
  EXPECT_EQ(static_cast<float>(float16(-std::numeric_limits<float>::infinity())),
            -std::numeric_limits<float>::infinity());
}

// value = ±2^(exponent − 15)·1.mantissa, written out anew.
TEST(Float16, EveryPatternIsTheNumberItStandsFor) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    float16 value;
    value.bits = static_cast<std::uint16_t>(bits);
    const int exponent = static_cast<int>(bits >> 10 & 31);
    const int mantissa = static_cast<int>(bits & 1023);
    const double sign = bits >> 15 != 0 ? -1 : 1;
    const float wide = value;
    if (exponent == 31 && mantissa != 0) {
      ASSERT_TRUE(std::isnan(wide)) << bits;
      continue;
    }
    const double expected = exponent == 31  ? std::numeric_limits<double>::infinity()
                            : exponent == 0 ? std::ldexp(mantissa, -24)
                                            : std::ldexp(1024 + mantissa, exponent - 25);
    ASSERT_EQ(wide, sign * expected) << bits;
    ASSERT_EQ(float16(wide).bits, bits);
  }
}

// Every number, also those that are not finite or denormal, has the same norm in both back ends:
// one block an element, half of them kept.
TEST(Float16, EveryPatternIsRankedAsByTheOracle) {
  std::vector<float16> x(65536);
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    x[bits].bits = static_cast<std::uint16_t>(bits);
  }
  for (const double sparsity : {0.03, 0.5, 0.97}) {
    const PanelLayout layout(1, 256, 256, {1, 1, sparsity, Select::panel, 256});
    OwnedPanels<float16> expected(layout), actual(layout);
    const auto view = contiguous_matrix<const void*>(x.data(), DType::f16, 256, 256);
    compress(reference, view, expected.view, nullptr);
    compress(cpu, view, actual.view, nullptr);
    EXPECT_EQ(actual.mask, expected.mask);
  }
}

// X = [1 2; 3 4], dY = [1 0; 2 1]: sums and results are floats.
TEST(Float16, ProductsAreWrittenInFloat) {
  std::vector<float16> x, dy;
  for (const float value : {1.0F, 2.0F, 3.0F, 4.0F}) x.emplace_back(value);
  for (const float value : {1.0F, 0.0F, 2.0F, 1.0F}) dy.emplace_back(value);
  for (const ExecutionContext& context : {reference, cpu}) {
    OwnedPanels<float16> panels(PanelLayout(1, 2, 2, {1, 1, 0.0}));
    EXPECT_EQ(panels.view.layout.value_bytes(DType::f16), 8);
    compress(context, contiguous_matrix<const void*>(x.data(), DType::f16, 2, 2), panels.view,
             nullptr);
    std::vector<float> dw(4, 9);
    const auto dy_view = contiguous_matrix<const void*>(dy.data(), DType::f16, 2, 2);
    gemm_tn(context, dy_view, as_const(panels.view),
            contiguous_matrix<void*>(dw.data(), DType::f32, 2, 2));
    EXPECT_THAT(dw, ElementsAre(7, 10, 3, 4));
    EXPECT_THROW(gemm_tn(context, dy_view, as_const(panels.view),
                         contiguous_matrix<void*>(dw.data(), DType::f16, 2, 2)),
                 ShapeMismatch);
  }
}

TEST(Float16, HasANameAndNoCodes) {
  EXPECT_EQ(name_of(DType::f16), "f16");
  EXPECT_EQ(result_of(DType::f16), DType::f32);
  std::vector<float16> values(4);
  std::vector<std::uint8_t> codes(4);
  CodeScale scale;
  EXPECT_THROW(quantize(cpu, DType::f16, values.data(), 4, CodeBits::int8, codes.data(), &scale),
               ShapeMismatch);
}

}  // namespace
}  // namespace actscope::kernels::test
