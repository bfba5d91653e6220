// SPDX-License-Identifier: Apache-2.0
// bf16 and fp8 against their definitions: every pattern, every tie, and the neighbors of each.
#include "actscope/kernels/narrow_float.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "actscope/base/error.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

// The number of an fp8 pattern as the format defines it.
double fp8_number(unsigned code) {
  const double sign = (code & 0x80U) != 0 ? -1 : 1;
  const unsigned exponent = code >> 3 & 15U, mantissa = code & 7U;
  if (exponent == 15 && mantissa == 7) return std::nan("");
  if (exponent == 0) return sign * mantissa * 0x1p-9;
  return sign * (1 + mantissa / 8.) * std::pow(2., static_cast<int>(exponent) - 7);
}

class NarrowFloatOn : public testing::TestWithParam<Backend> {
 protected:
  ExecutionContext context() const { return {GetParam(), nullptr}; }

  template <class T>
  std::vector<std::uint8_t> to_fp8(const std::vector<T>& values) const {
    std::vector<std::uint8_t> narrow(values.size());
    narrow_values(context(), dtype_of<T>, values.data(), static_cast<std::int64_t>(values.size()),
                  NarrowFloat::fp8, narrow.data());
    return narrow;
  }
};

TEST_P(NarrowFloatOn, EveryFp8PatternIsItsNumberAndComesBack) {
  std::vector<std::uint8_t> codes(256);
  for (unsigned i = 0; i < 256; ++i) codes[i] = static_cast<std::uint8_t>(i);
  std::vector<double> numbers(256);
  widen_values(context(), DType::f64, NarrowFloat::fp8, codes.data(), 256, numbers.data());
  for (unsigned i = 0; i < 256; ++i) {
    if ((i & 0x7fU) == 0x7fU) {
      EXPECT_TRUE(std::isnan(numbers[i]));
    } else {
      EXPECT_EQ(numbers[i], fp8_number(i)) << i;
      EXPECT_EQ(std::signbit(numbers[i]), i >= 128) << i;
    }
  }
  EXPECT_EQ(to_fp8(numbers), codes);
}

TEST_P(NarrowFloatOn, Fp8RoundsToNearestTiesToEven) {
  for (unsigned low = 0; low + 1 < 0x7f; ++low) {
    const auto middle = static_cast<float>((fp8_number(low) + fp8_number(low + 1)) / 2);
    const unsigned even = low % 2 == 0 ? low : low + 1;
    const auto codes =
        to_fp8<float>({middle, std::nextafter(middle, 0.F), std::nextafter(middle, 1e9F), -middle});
    EXPECT_EQ(codes[0], even) << middle;
    EXPECT_EQ(codes[1], low) << middle;
    EXPECT_EQ(codes[2], low + 1) << middle;
    EXPECT_EQ(codes[3], even | 0x80U) << middle;
  }
}

TEST_P(NarrowFloatOn, Fp8SaturatesAndKeepsWhatIsNotFinite) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto codes = to_fp8<float>(
      {448, 1e30F, -1e30F, infinity, -infinity, std::nanf(""), 1e-30F, -0.F, 0x1p-149F});
  EXPECT_EQ(codes, (std::vector<std::uint8_t>{0x7e, 0x7e, 0xfe, 0x7f, 0xff, 0x7f, 0, 0x80, 0}));
}

TEST_P(NarrowFloatOn, Bf16IsTheUpperHalfRounded) {
  const std::vector<float> values{1,
                                  -2.5F,
                                  1 + 0x1p-8F,
                                  1 + 0x3p-8F,
                                  1 + 0x1.1p-8F,
                                  std::numeric_limits<float>::infinity(),
                                  std::numeric_limits<float>::max(),
                                  0x1p-149F};
  std::vector<std::uint16_t> narrow(values.size());
  narrow_values(context(), DType::f32, values.data(), static_cast<std::int64_t>(values.size()),
                NarrowFloat::bf16, narrow.data());
  EXPECT_EQ(narrow, (std::vector<std::uint16_t>{0x3f80, 0xc020, 0x3f80, 0x3f82, 0x3f81, 0x7f80,
                                                0x7f80, 0}));
  const std::vector<float> nan{std::bit_cast<float>(0x7f800001U)};
  narrow_values(context(), DType::f32, nan.data(), 1, NarrowFloat::bf16, narrow.data());
  EXPECT_GT(narrow[0] & 0x7fffU, 0x7f80U) << "a NaN with low bits alone stays a NaN";
  // Every pattern widens to the float above it and comes back.
  std::vector<std::uint16_t> patterns(65536), back(65536);
  std::vector<float> wide(65536);
  for (unsigned i = 0; i < 65536; ++i) patterns[i] = static_cast<std::uint16_t>(i);
  widen_values(context(), DType::f32, NarrowFloat::bf16, patterns.data(), 65536, wide.data());
  narrow_values(context(), DType::f32, wide.data(), 65536, NarrowFloat::bf16, back.data());
  for (unsigned i = 0; i < 65536; ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(wide[i]), i << 16);
    const bool is_nan = (i & 0x7fffU) > 0x7f80U;
    ASSERT_EQ(back[i], is_nan ? (i | 0x40U) : i);
  }
}

TEST_P(NarrowFloatOn, ManyValuesGiveTheBitsOfTheReference) {
  const auto values = random_values<double>(100'003, 1);
  for (const NarrowFloat format : {NarrowFloat::bf16, NarrowFloat::fp8}) {
    const auto run = [&](const ExecutionContext& on) {
      std::vector<std::uint16_t> narrow(values.size());
      std::vector<double> wide(values.size());
      narrow_values(on, DType::f64, values.data(), 100'003, format, narrow.data());
      widen_values(on, DType::f64, format, narrow.data(), 100'003, wide.data());
      return std::pair{narrow, wide};
    };
    const auto [narrow, wide] = run(context());
    EXPECT_EQ(run(reference), (std::pair{narrow, wide}));
    const double error = format == NarrowFloat::bf16 ? 0x1p-8 : 0x1p-4;
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_NEAR(wide[i], values[i], std::abs(values[i]) * error + 0x1p-10);
    }
  }
}

TEST_P(NarrowFloatOn, RefusesOtherTypesAndLengths) {
  std::uint16_t place = 0;
  EXPECT_THROW(narrow_values(context(), DType::bf16, &place, 1, NarrowFloat::fp8, &place),
               ShapeMismatch);
  EXPECT_THROW(widen_values(context(), DType::f32, NarrowFloat::fp8, &place, -1, &place),
               ShapeMismatch);
  EXPECT_NO_THROW(narrow_values(context(), DType::f32, nullptr, 0, NarrowFloat::fp8, nullptr));
}

INSTANTIATE_TEST_SUITE_P(Host, NarrowFloatOn, testing::Values(Backend::reference, Backend::cpu),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace actscope::kernels::test
