// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "actscope/base/error.hpp"
#include "extreme_values.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
struct Codes {
  std::vector<std::uint8_t> codes;
  std::vector<CodeScale> scales;
  std::vector<T> decoded;
};

template <class T>
Codes<T> round_trip(const ExecutionContext& context, const std::vector<T>& values, CodeBits bits,
                    const Rounding& rounding = {}) {
  const auto count = static_cast<std::int64_t>(values.size());
  Codes<T> result;
  result.codes.assign(static_cast<std::size_t>(code_bytes(bits, count)), 0xaa);
  result.scales.resize(static_cast<std::size_t>(code_groups(count)));
  result.decoded.assign(values.size(), T(-5));
  quantize(context, dtype_of<T>, values.data(), count, bits, result.codes.data(),
           result.scales.data(), rounding);
  dequantize(context, dtype_of<T>, bits, result.codes.data(), result.scales.data(), 0, count,
             result.decoded.data());
  return result;
}

float scale_of(const CodeScale& scale) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(scale.scale_bits) << 16);
}

class CodecOn : public testing::TestWithParam<std::tuple<Backend, CodeBits>> {
 protected:
  ExecutionContext context() const { return {std::get<0>(GetParam()), nullptr}; }
  CodeBits bits() const { return std::get<1>(GetParam()); }
};

TEST_P(CodecOn, NothingIsNoWork) {
  EXPECT_TRUE(round_trip<float>(context(), {}, bits()).codes.empty());
}

TEST_P(CodecOn, ValuesOnTheGridComeBack) {
  std::vector<float> values;
  for (int i = 0; i < 16; ++i) values.push_back(static_cast<float>(i));
  EXPECT_EQ(round_trip(context(), values, CodeBits::int4).decoded, values);
}

TEST(Codec, FourInt2CodesShareAByteTheFirstInTheLowestBits) {
  const std::vector<float> values{0, 1, 2, 3, 3, 0};
  for (const ExecutionContext& context : {reference, cpu}) {
    const auto result = round_trip(context, values, CodeBits::int2);
    EXPECT_EQ(result.codes, (std::vector<std::uint8_t>{0b11'10'01'00, 0b00'11}));
    EXPECT_EQ(result.decoded, values);
  }
}

TEST_P(CodecOn, ConstantGroupsComeBack) {
  for (const float value : {0.0F, -0.0F, 1.0F, -2.5F}) {
    const std::vector<float> values(131, value);
    EXPECT_EQ(round_trip(context(), values, bits()).decoded, values) << value;
  }
}

TEST_P(CodecOn, ErrorIsAtMostHalfAStep) {
  for (const std::int64_t count : {1, 2, 127, 128, 129, 1000}) {
    const auto values = random_values<float>(count, static_cast<unsigned>(count));
    const auto result = round_trip(context(), values, bits());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double step = scale_of(result.scales[i / 128]);
      EXPECT_LE(std::abs(static_cast<double>(values[i]) - static_cast<double>(result.decoded[i])),
                step / 2 * (1 + 1e-5) + 1e-7);
    }
  }
}

TEST_P(CodecOn, AGroupWithANonFiniteValueDecodesToNan) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> values(256, 1.0F);
    values[130] = bad;
    const auto decoded = round_trip(context(), values, bits()).decoded;
    EXPECT_EQ(decoded[127], 1.0F);
    EXPECT_TRUE(std::isnan(decoded[128]));
    EXPECT_TRUE(std::isnan(decoded[255]));
  }
}

TEST_P(CodecOn, FiniteGroupsDecodeFiniteUpToTheLargestFloat) {
  const float largest = std::numeric_limits<float>::max();
  std::vector<float> values(128, 0.0F);
  values[0] = largest;
  values[1] = -largest;
  for (float value : round_trip(context(), values, bits()).decoded)
    EXPECT_TRUE(std::isfinite(value));
}

TEST_P(CodecOn, AGroupThatSpansMoreThanTheRangeKeepsItsValues) {
  // 6e38 from end to end: differences to the minimum are no floats.
  const std::vector<float> values{-3e38F, 3e38F, 1e38F, -1e38F, 5e37F, 0.0F, 2e38F, -2e38F};
  const auto result = round_trip(context(), values, bits());
  const float step = scale_of(result.scales[0]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double off = static_cast<double>(values[i]) - static_cast<double>(result.decoded[i]);
    EXPECT_LE(std::abs(off), static_cast<double>(step) * 0.5001) << values[i];
  }
}

TEST_P(CodecOn, ExtremeGroupsDecodeFiniteAndWithinHalfAStep) {
  const auto values = extreme_groups(420, 31);
  for (const Rounding& rounding : {Rounding{}, Rounding{RoundTo::stochastic, 7, 0}}) {
    const auto result = round_trip(context(), values, bits(), rounding);
    for (std::size_t first = 0; first < values.size(); first += 128) {
      const auto [low, high] = std::minmax_element(values.begin() + static_cast<long>(first),
                                                   values.begin() + static_cast<long>(first) + 128);
      const float step = scale_of(result.scales[first / 128]);
      const double allowed = allowed_error(*low, *high, step, bits()) +
                             (rounding.to == RoundTo::stochastic ? step / 2.0 : 0);
      for (std::size_t i = first; i < first + 128; ++i) {
        ASSERT_TRUE(std::isfinite(result.decoded[i])) << values[i];
        const double off = static_cast<double>(values[i]) - static_cast<double>(result.decoded[i]);
        ASSERT_LE(std::abs(off), allowed) << values[i] << " in group " << first / 128;
      }
    }
  }
}

TEST_P(CodecOn, FiniteGroupsOfBfloat16StayFiniteOnceRoundedToIt) {
  for (const float low : {-0x1.fep127F, -0x1p127F, 0.0F, 0x1.f0p127F}) {
    std::vector<float> values(128, low);
    values[5] = 0x1.fep127F;  // the largest
    values[6] = values[5] / 3 + low / 2;
    for (const float value : round_trip(context(), values, bits()).decoded) {
      EXPECT_LE(std::abs(value), 0x1.fep127F);
    }
  }
}

TEST_P(CodecOn, DenormalsStayWithinAStep) {
  std::vector<float> values(128, 0.0F);
  values[3] = std::numeric_limits<float>::denorm_min() * 1000;
  const auto result = round_trip(context(), values, bits());
  EXPECT_LE(std::abs(result.decoded[3] - values[3]), scale_of(result.scales[0]));
}

TEST_P(CodecOn, DoubleFollowsTheSameRule) {
  const auto values = random_values<double>(300, 4);
  const auto result = round_trip(context(), values, bits());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_LE(std::abs(values[i] - result.decoded[i]),
              scale_of(result.scales[i / 128]) / 2.0 * (1 + 1e-9));
  }
}

TEST_P(CodecOn, APartDecodesAsTheWhole) {
  const auto values = random_values<float>(700, 9);
  const auto whole = round_trip(context(), values, bits());
  std::vector<float> part(300);
  dequantize(context(), DType::f32, bits(), whole.codes.data(), whole.scales.data(), 256, 300,
             part.data());
  EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.decoded.begin() + 256));
  for (const std::int64_t first : {1, 5, 126, 130, 399}) {  // inside a group, inside a byte
    dequantize(context(), DType::f32, bits(), whole.codes.data(), whole.scales.data(), first, 300,
               part.data());
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.decoded.begin() + first)) << first;
  }
  EXPECT_THROW(dequantize(context(), DType::f32, bits(), whole.codes.data(), whole.scales.data(),
                          -1, 10, part.data()),
               ShapeMismatch);
}

TEST_P(CodecOn, StochasticRoundingIsUnbiasedAndWithinAStep) {
  constexpr int seeds = 3000;
  const auto values = random_values<float>(130, 5);
  std::vector<double> sums(values.size(), 0.0);
  const auto nearest = round_trip(context(), values, bits());
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto result = round_trip(context(), values, bits(), {RoundTo::stochastic, seed, 0});
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double step = scale_of(result.scales[i / 128]);
      ASSERT_LT(std::abs(result.decoded[i] - values[i]), step * (1 + 1e-5) + 1e-6);
      sums[i] += result.decoded[i];
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    // A draw of one of two codes a step apart deviates by at most half a step.
    const double step = scale_of(nearest.scales[i / 128]);
    EXPECT_NEAR(sums[i] / seeds, values[i], 5 * step / 2 / std::sqrt(seeds) + step * 1e-4) << i;
  }
}

TEST_P(CodecOn, StochasticRoundingLeavesValuesOnTheGrid) {
  std::vector<float> values;
  for (int i = 0; i < 300; ++i) {
    const int levels = (1 << static_cast<int>(bits())) - 1;
    // Each group reaches from 0 to the largest code, so that its step is 1.
    values.push_back(static_cast<float>(i % 128 == 1 ? levels : i % 2 == 0 ? 0 : i % levels));
  }
  const auto nearest = round_trip(context(), values, bits());
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_EQ(round_trip(context(), values, bits(), {RoundTo::stochastic, seed, 0}).codes,
              nearest.codes);
  }
}

TEST_P(CodecOn, StochasticRoundingFollowsItsSeedAndPlace) {
  const auto values = random_values<double>(1000, 6);
  const auto run = [&](const ExecutionContext& on, std::uint64_t seed) {
    return round_trip(on, values, bits(), {RoundTo::stochastic, seed, 0}).codes;
  };
  EXPECT_EQ(run(context(), 1), run(reference, 1));
  EXPECT_NE(run(context(), 1), run(context(), 2));
  const std::vector<double> second(values.begin() + 256, values.end());
  const auto whole = run(context(), 1);
  const auto part = round_trip(context(), second, bits(), {RoundTo::stochastic, 1, 2}).codes;
  EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + code_bytes(bits(), 256)));
}

INSTANTIATE_TEST_SUITE_P(Host, CodecOn,
                         testing::Combine(testing::Values(Backend::reference, Backend::cpu),
                                          testing::Values(CodeBits::int2, CodeBits::int4,
                                                          CodeBits::int8)),
                         [](const auto& test) {
                           return std::string(name_of(std::get<0>(test.param))) + "_int" +
                                  std::to_string(static_cast<int>(std::get<1>(test.param)));
                         });

}  // namespace
}  // namespace actscope::kernels::test
