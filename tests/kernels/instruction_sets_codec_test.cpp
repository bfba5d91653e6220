// SPDX-License-Identifier: Apache-2.0
// Codes and narrow copies on every instruction set that this build contains and this machine runs:
// the bits of the reference, whatever the values are.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/coded_blocks.hpp"
#include "actscope/kernels/narrow_float.hpp"
#include "extreme_values.hpp"
#include "kernel_support.hpp"
#include "only_target.hpp"

namespace actscope::kernels::test {
namespace {

class InstructionSetsOfCodes : public testing::TestWithParam<std::int64_t> {};

// Groups of every kind: all magnitudes, offsets far larger and smaller than the range, values on
// the ties of the rounding, constants, and any bit pattern at all.
std::vector<float> hard_values(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  const auto power = [&] { return std::ldexp(1.0F, static_cast<int>(random() % 250) - 125); };
  std::vector<float> values;
  while (static_cast<std::int64_t>(values.size()) < count) {
    const auto kind = random() % 8;
    const float range = power(), offset = power();
    for (int i = 0; i < 128; ++i) {
      const float unit = std::ldexp(static_cast<float>(random() % (1 << 23)), -23);
      const float kinds[8] = {unit * range,
                              (unit - 0.5F) * range,
                              std::floor(unit * 512) / 2 * range,
                              unit * range + offset,
                              std::bit_cast<float>(static_cast<std::uint32_t>(random())),
                              std::floor(unit * 30) / 2,
                              std::ldexp(unit, -static_cast<int>(random() % 30)),
                              offset};
      values.push_back(kinds[kind]);
    }
  }
  values.resize(static_cast<std::size_t>(count));
  return values;
}

// Bits rather than values; which NaN an operation makes is the machine's choice.
void expect_same_values(const std::vector<float>& got, const std::vector<float>& wanted) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(got[i]) && std::isnan(wanted[i])) continue;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(got[i]), std::bit_cast<std::uint32_t>(wanted[i]))
        << "element " << i << ": " << got[i] << " for " << wanted[i];
  }
}

struct Encoded {
  std::vector<std::uint8_t> codes;
  std::vector<CodeScale> scales;
  std::vector<float> decoded, part;
};

Encoded encode(const ExecutionContext& on, const std::vector<float>& values, CodeBits bits,
               const Rounding& rounding) {
  const auto count = static_cast<std::int64_t>(values.size());
  Encoded result;
  result.codes.assign(static_cast<std::size_t>(code_bytes(bits, count)), 0xaa);
  result.scales.resize(static_cast<std::size_t>(code_groups(count)));
  result.decoded.resize(values.size());
  quantize(on, DType::f32, values.data(), count, bits, result.codes.data(), result.scales.data(),
           rounding);
  dequantize(on, DType::f32, bits, result.codes.data(), result.scales.data(), 0, count,
             result.decoded.data());
  // A part that begins inside a group and goes over the bounds of groups.
  const std::int64_t first = count / 3;
  result.part.resize(static_cast<std::size_t>(count / 2));
  dequantize(on, DType::f32, bits, result.codes.data(), result.scales.data(), first, count / 2,
             result.part.data());
  return result;
}

TEST_P(InstructionSetsOfCodes, CodesAndWhatTheyDecodeToAreTheReferences) {
  const OnlyTarget only(GetParam());
  for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
    for (const RoundTo to : {RoundTo::nearest, RoundTo::stochastic}) {
      for (const std::int64_t count : {1, 2, 3, 5, 127, 128, 129, 1100, 128 * 300 + 77}) {
        const auto values = hard_values(count, static_cast<unsigned>(count));
        const Rounding rounding{to, 11, 3};
        const Encoded wanted = encode(reference, values, bits, rounding);
        const Encoded got = encode(cpu, values, bits, rounding);
        EXPECT_EQ(std::memcmp(got.scales.data(), wanted.scales.data(),
                              got.scales.size() * sizeof(CodeScale)),
                  0);
        EXPECT_EQ(got.codes, wanted.codes) << static_cast<int>(bits) << " bits, " << count;
        expect_same_values(got.decoded, wanted.decoded);
        expect_same_values(got.part, wanted.part);
      }
    }
  }
}

TEST_P(InstructionSetsOfCodes, ExtremeGroupsAreTheReferences) {
  const OnlyTarget only(GetParam());
  auto values = extreme_groups(350, 32);
  values.resize(values.size() - 51);  // the last group is not whole
  values[128 * 7 + 3] = INFINITY;
  values[128 * 9 + 3] = NAN;
  for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
    for (const RoundTo to : {RoundTo::nearest, RoundTo::stochastic}) {
      const Encoded wanted = encode(reference, values, bits, {to, 13, 0});
      const Encoded got = encode(cpu, values, bits, {to, 13, 0});
      EXPECT_EQ(std::memcmp(got.scales.data(), wanted.scales.data(),
                            got.scales.size() * sizeof(CodeScale)),
                0);
      EXPECT_EQ(got.codes, wanted.codes) << static_cast<int>(bits) << " bits";
      expect_same_values(got.decoded, wanted.decoded);
      expect_same_values(got.part, wanted.part);
    }
  }
}

TEST_P(InstructionSetsOfCodes, BlocksFromCodesAreTheReferences) {
  const OnlyTarget only(GetParam());
  for (const std::int64_t side : {1, 3, 4, 8, 12, 16, 20, 32, 64}) {
    const PanelLayout layout(1, 130, 200, {side, side, 0.5});
    auto values = hard_values(130 * 200, static_cast<unsigned>(side));
    const auto extreme = extreme_groups(64, static_cast<unsigned>(side));
    std::ranges::copy(extreme, values.begin() + 128 * 20);
    for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
      const Encoded x = encode(reference, values, bits, {});
      OwnedPanels<float> wanted(layout), got(layout);
      select_blocks(reference, contiguous_matrix<const void*>(values.data(), DType::f32, 130, 200),
                    layout, wanted.view.index, nullptr);
      got.mask = wanted.mask;
      got.starts = wanted.starts;
      const CodedMatrix coded{bits, x.codes.data(), x.scales.data(), 0};
      gather_blocks_from_codes(reference, coded, wanted.view);
      gather_blocks_from_codes(cpu, coded, got.view);
      expect_same_values(got.values, wanted.values);
    }
  }
}

TEST_P(InstructionSetsOfCodes, NarrowCopiesAreTheReferences) {
  const OnlyTarget only(GetParam());
  auto values = hard_values(70'003, 5);
  // Around fp8's own range, where it rounds.
  const auto near_one = random_values<float>(70'003, 6);
  values.insert(values.end(), near_one.begin(), near_one.end());
  const auto count = static_cast<std::int64_t>(values.size());
  for (const NarrowFloat format : {NarrowFloat::bf16, NarrowFloat::fp8}) {
    const auto run = [&](const ExecutionContext& on) {
      std::vector<std::uint16_t> narrow(values.size());
      std::vector<float> wide(values.size());
      narrow_values(on, DType::f32, values.data(), count, format, narrow.data());
      widen_values(on, DType::f32, format, narrow.data(), count, wide.data());
      return std::pair{narrow, wide};
    };
    const auto [wanted, wide_wanted] = run(reference);
    const auto [got, wide_got] = run(cpu);
    EXPECT_EQ(got, wanted);
    expect_same_values(wide_got, wide_wanted);
  }
  std::vector<std::uint8_t> patterns(256);
  for (unsigned i = 0; i < 256; ++i) patterns[i] = static_cast<std::uint8_t>(i);
  std::vector<float> wanted(256), got(256);
  widen_values(reference, DType::f32, NarrowFloat::fp8, patterns.data(), 256, wanted.data());
  widen_values(cpu, DType::f32, NarrowFloat::fp8, patterns.data(), 256, got.data());
  expect_same_values(got, wanted);
}

INSTANTIATE_TEST_SUITE_P(Cpu, InstructionSetsOfCodes,
                         testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), target_name);

}  // namespace
}  // namespace actscope::kernels::test
