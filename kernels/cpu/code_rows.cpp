// SPDX-License-Identifier: Apache-2.0
#include "cpu/code_rows.hpp"

#include <algorithm>
#include <cfloat>

#include "common/code_scale.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/code_rows.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/code_vectors-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Decodes as many whole vectors of at most `most_lanes` as there are; gives what is left.
template <int bits, std::size_t most_lanes>
HWY_INLINE std::int64_t decode_vectors(const std::uint8_t*& codes, float step, float offset,
                                       std::int64_t count, float*& values) {
  const hn::CappedTag<float, most_lanes> d;
  constexpr auto lanes = static_cast<std::int64_t>(hn::MaxLanes(decltype(d)()));
  if constexpr (lanes >= 4) {
    for (; count >= lanes; count -= lanes) {
      const auto code =
          hn::ConvertTo(d, load_codes<bits>(hn::RebindToSigned<decltype(d)>(), codes));
      hn::StoreU(hn::MulAdd(hn::Set(d, step), code, hn::Set(d, offset)), d, values);
      codes += lanes * bits / 8;
      values += lanes;
    }
  }
  return count;
}

// Decodes elements of one group.
template <int bits>
HWY_INLINE void decode_part(const CodedArray& array, std::int64_t place, std::int64_t count,
                            float* values) {
  const CodeScale scale = array.scales[place / code_group_elements];
  const float step = from_bfloat16(scale.scale_bits);
  // step · code has sixteen significant bits at most: exact unless it overflows, so that a product
  // and a sum round as one fused operation does, which not every instruction set has.
  if (place * bits % 8 == 0 && step * levels_of(array.bits) <= FLT_MAX) {
    const std::uint8_t* codes = array.codes + place * bits / 8;
    const float offset = from_bfloat16(scale.offset_bits);
    std::int64_t left = decode_vectors<bits, 64>(codes, step, offset, count, values);
    left = decode_vectors<bits, 8>(codes, step, offset, left, values);
    left = decode_vectors<bits, 4>(codes, step, offset, left, values);
    place += count - left;
    count = left;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = decode_one<float>(code_at(array.codes, array.bits, place + i), scale);
  }
}

// Decodes elements of any groups.
template <int bits>
HWY_INLINE void decode_run(const CodedArray& array, std::int64_t place, std::int64_t count,
                           float* values) {
  const std::int64_t end = place + count;
  while (place < end) {
    const std::int64_t here =
        std::min(code_group_elements - place % code_group_elements, end - place);
    decode_part<bits>(array, place, here, values);
    place += here;
    values += here;
  }
}

// Runs as narrow as the rows of small blocks: most lie in one group and are one vector or two.
template <int bits, int cols>
HWY_INLINE void decode_narrow(const CodedArray& array, const CodedRows& rows, float* values,
                              std::int64_t value_stride) {
  std::int64_t place = rows.first;
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const CodeScale scale = array.scales[place / code_group_elements];
    const float step = from_bfloat16(scale.scale_bits);
    if (place % code_group_elements + cols <= code_group_elements && place * bits % 8 == 0 &&
        step * levels_of(array.bits) <= FLT_MAX) {
      const std::uint8_t* codes = array.codes + place * bits / 8;
      float* to = values;
      decode_vectors<bits, cols>(codes, step, from_bfloat16(scale.offset_bits), cols, to);
    } else {
      decode_run<bits>(array, place, cols, values);
    }
    place += rows.stride;
    values += value_stride;
  }
}

template <int bits>
HWY_INLINE void decode_all(const CodedArray& array, const CodedRows& rows, float* values,
                           std::int64_t value_stride) {
#if HWY_TARGET != HWY_SCALAR
  if (rows.cols == 4) return decode_narrow<bits, 4>(array, rows, values, value_stride);
  if (rows.cols == 8) return decode_narrow<bits, 8>(array, rows, values, value_stride);
  if (rows.cols == 16) return decode_narrow<bits, 16>(array, rows, values, value_stride);
#endif
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    decode_run<bits>(array, rows.first + row * rows.stride, rows.cols, values + row * value_stride);
  }
}

void decode_f32(const CodedArray& array, const CodedRows& rows, float* values,
                std::int64_t value_stride) {
  if (array.bits == CodeBits::int8) return decode_all<8>(array, rows, values, value_stride);
  if (array.bits == CodeBits::int4) return decode_all<4>(array, rows, values, value_stride);
  decode_all<2>(array, rows, values, value_stride);
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(decode_f32);

void decode_rows(const CodedArray& array, const CodedRows& rows, float* values,
                 std::int64_t value_stride) {
  HWY_DYNAMIC_DISPATCH(decode_f32)(array, rows, values, value_stride);
}

void decode_rows(const CodedArray& array, const CodedRows& rows, double* values,
                 std::int64_t value_stride) {
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    for (std::int64_t i = 0; i < rows.cols; ++i) {
      const std::int64_t place = rows.first + row * rows.stride + i;
      values[row * value_stride + i] = decode_one<double>(
          code_at(array.codes, array.bits, place), array.scales[place / code_group_elements]);
    }
  }
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
