// SPDX-License-Identifier: Apache-2.0
// CUDA codecs against the reference: the same bits, for codes, scales and decoded values.
#include <cmath>
#include <limits>

#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/narrow_float.hpp"
#include "cuda_support.hpp"
#include "extreme_values.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
class CudaCodec : public CudaTest {};
using ElementTypes = testing::Types<float, double>;
TYPED_TEST_SUITE(CudaCodec, ElementTypes);

template <class T>
void expect_same_codes(const std::vector<T>& values, CodeBits bits, const Rounding& rounding = {}) {
  const auto elements = static_cast<std::int64_t>(values.size());
  SCOPED_TRACE(testing::Message() << elements << " elements, " << static_cast<int>(bits)
                                  << " bits");
  const auto scale_count = static_cast<std::size_t>(code_groups(elements));
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(code_bytes(bits, elements)), 0xcd);
  std::vector<CodeScale> scales(scale_count, CodeScale{1, 1});
  std::vector<T> decoded(values.size(), T{-77});
  const DeviceArray<T> device_values(values);
  const DeviceArray<std::uint8_t> device_codes(codes);
  const DeviceArray<CodeScale> device_scales(scales);
  const DeviceArray<T> device_decoded(decoded);
  const DType dtype = dtype_of<T>;

  quantize(on_reference, dtype, values.data(), elements, bits, codes.data(), scales.data(),
           rounding);
  quantize(on_cuda, dtype, device_values.data(), elements, bits, device_codes.data(),
           device_scales.data(), rounding);
  EXPECT_EQ(device_codes.to_host(), codes);
  EXPECT_TRUE(same_bits(device_scales.to_host(), scales));

  dequantize(on_reference, dtype, bits, codes.data(), scales.data(), 0, elements, decoded.data());
  dequantize(on_cuda, dtype, bits, device_codes.data(), device_scales.data(), 0, elements,
             device_decoded.data());
  const std::vector<T> actual = device_decoded.to_host();
  ASSERT_EQ(actual.size(), decoded.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    // A NaN has many bit patterns; which one an operation makes is the machine's choice.
    if (actual[i] != actual[i] && decoded[i] != decoded[i]) continue;
    ASSERT_EQ(actual[i], decoded[i]) << "element " << i;
  }
}

TYPED_TEST(CudaCodec, MatchesReferenceOverLengths) {
  for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
    for (const std::int64_t elements : {0, 1, 2, 3, 127, 128, 129, 255, 1000, 100003}) {
      expect_same_codes(make_values<TypeParam>(elements), bits);
      expect_same_codes(make_values<TypeParam>(elements), bits, {RoundTo::stochastic, 9, 3});
    }
  }
}

TYPED_TEST(CudaCodec, MatchesReferenceOnHardGroups) {
  using Limits = std::numeric_limits<TypeParam>;
  const std::vector<std::vector<TypeParam>> groups = {
      {0},
      {TypeParam(-0.0), 0},
      {TypeParam(-0.0)},
      std::vector<TypeParam>(128, TypeParam(0.1)),
      std::vector<TypeParam>(128, TypeParam(-3.25)),
      {1, Limits::quiet_NaN(), 2},
      {1, Limits::infinity()},
      {-Limits::infinity(), 5},
      {Limits::max(), Limits::lowest()},
      {Limits::max(), 0},
      {Limits::denorm_min(), -Limits::denorm_min(), 0},
      {Limits::min(), Limits::min() * 3},
      {TypeParam(1e-40), TypeParam(-1e-42)},
      {TypeParam(3.4e38), TypeParam(-3.4e38), TypeParam(3.3e38)},
      {0, TypeParam(0.5), TypeParam(1.5), TypeParam(2.5), 15},  // ties of the rounding
  };
  for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      SCOPED_TRACE(testing::Message() << "group " << g);
      expect_same_codes(groups[g], bits);
    }
  }
}

TYPED_TEST(CudaCodec, MatchesReferenceOnExtremeGroups) {
  const auto extreme = extreme_groups(140, 33);
  const std::vector<TypeParam> values(extreme.begin(), extreme.end());
  for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
    expect_same_codes(values, bits);
    expect_same_codes(values, bits, {RoundTo::stochastic, 5, 0});
  }
}

TYPED_TEST(CudaCodec, MatchesReferenceAcrossMagnitudes) {
  std::vector<TypeParam> values = make_values<TypeParam>(128 * 160);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] *= std::pow(TypeParam{2}, TypeParam(static_cast<int>(i / 128) - 100));
  }
  expect_same_codes(values, CodeBits::int8);
  expect_same_codes(values, CodeBits::int4);
  expect_same_codes(values, CodeBits::int2);
}

TYPED_TEST(CudaCodec, NarrowCopiesGiveTheBitsOfTheReference) {
  auto values = make_values<TypeParam>(5000);
  values[7] = std::numeric_limits<TypeParam>::infinity();
  values[8] = TypeParam{1e30};
  const DeviceArray<TypeParam> device_values(values), device_wide(values);
  for (const NarrowFloat format : {NarrowFloat::bf16, NarrowFloat::fp8}) {
    std::vector<std::uint16_t> narrow(values.size());
    std::vector<TypeParam> wide(values.size());
    const DeviceArray<std::uint16_t> device_narrow(narrow);
    const DType dtype = dtype_of<TypeParam>;
    narrow_values(on_reference, dtype, values.data(), 5000, format, narrow.data());
    narrow_values(on_cuda, dtype, device_values.data(), 5000, format, device_narrow.data());
    EXPECT_EQ(device_narrow.to_host(), narrow);
    widen_values(on_reference, dtype, format, narrow.data(), 5000, wide.data());
    widen_values(on_cuda, dtype, format, device_narrow.data(), 5000, device_wide.data());
    EXPECT_TRUE(same_bits(device_wide.to_host(), wide));
  }
}

TYPED_TEST(CudaCodec, DecodesAPartFromItsFirstElement) {
  const std::vector<TypeParam> values = make_values<TypeParam>(1000);
  for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
    std::vector<std::uint8_t> codes(static_cast<std::size_t>(code_bytes(bits, 1000)));
    std::vector<CodeScale> scales(static_cast<std::size_t>(code_groups(1000)));
    quantize(on_reference, dtype_of<TypeParam>, values.data(), 1000, bits, codes.data(),
             scales.data());
    std::vector<TypeParam> expected(301);
    dequantize(on_reference, dtype_of<TypeParam>, bits, codes.data(), scales.data(), 384, 301,
               expected.data());
    const DeviceArray<std::uint8_t> device_codes(codes);
    const DeviceArray<CodeScale> device_scales(scales);
    const DeviceArray<TypeParam> actual(expected.size());
    dequantize(on_cuda, dtype_of<TypeParam>, bits, device_codes.data(), device_scales.data(), 384,
               301, actual.data());
    EXPECT_TRUE(same_bits(actual.to_host(), expected));
  }
}

}  // namespace
}  // namespace actscope::kernels::test
