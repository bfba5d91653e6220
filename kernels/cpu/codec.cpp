// SPDX-License-Identifier: Apache-2.0
#include "common/block_walk.hpp"
#include "common/code_scale.hpp"
#include "common/sampling.hpp"
#include "cpu/entries.hpp"

namespace actscope::kernels::cpu {
namespace {

// Extremes of a group. Written so that the compiler vectorizes it: no early exit, a sum that is
// non-finite where a value is (v − v is 0 for finite values, NaN otherwise).
template <class T>
CodeScale scale_of(const T* values, std::int64_t count, CodeBits bits) {
  T minimum = values[0];
  T maximum = values[0];
  T spoiled = 0;
#pragma omp simd reduction(min : minimum) reduction(max : maximum) reduction(+ : spoiled)
  for (std::int64_t i = 0; i < count; ++i) {
    minimum = values[i] < minimum ? values[i] : minimum;
    maximum = values[i] > maximum ? values[i] : maximum;
    spoiled += values[i] - values[i];
  }
  return code_scale(static_cast<double>(minimum), static_cast<double>(maximum), spoiled == 0, bits);
}

template <class T>
inline constexpr T rounder = 0;
template <>
inline constexpr float rounder<float> = 0x1.8p23F;
template <>
inline constexpr double rounder<double> = 0x1.8p52;

// What stochastic rounding adds to the values of a group, in steps.
template <class T>
void write_draws(const Rounding& rounding, std::int64_t group, T* draws) {
  const std::uint32_t key = rounding_key(rounding.seed, rounding.first_group + group);
#pragma omp simd
  for (std::int64_t i = 0; i < code_group_elements; ++i) {
    const auto draw = static_cast<int>(rounding_draw(key, static_cast<std::uint32_t>(i)));
    draws[i] = static_cast<T>(draw) / 65536;
  }
}

// Codes, one a byte. `draws` is null where rounding is to nearest.
template <class T>
void round_group(const T* values, std::int64_t count, CodeScale scale, CodeBits bits,
                 const T* draws, std::uint8_t* group) {
  const T step = from_bfloat16(scale.scale_bits);
  const T offset = from_bfloat16(scale.offset_bits);
  const T levels = levels_of(bits);
  const bool is_safe = step > 0 && std::isfinite(std::fma(step, levels, offset));
  if (is_safe && draws == nullptr) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
      T code = (values[i] - offset) / step;
      code = code < 0 ? 0 : code;
      code = code > levels ? levels : code;
      // Adding and taking away 1.5·2^(mantissa bits) rounds to nearest, ties to even.
      group[i] = static_cast<std::uint8_t>(static_cast<int>((code + rounder<T>)-rounder<T>));
    }
  } else if (is_safe) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
      T code = (values[i] - offset) / step + draws[i];
      code = code > levels ? levels : code;
      group[i] = static_cast<std::uint8_t>(static_cast<int>(code));
    }
  } else {
    for (std::int64_t i = 0; i < count; ++i) {
      group[i] = encode_one(values[i], scale, bits, draws == nullptr ? T(-1) : draws[i]);
    }
  }
}

template <class T>
void encode_group(const T* values, std::int64_t count, CodeScale scale, CodeBits bits,
                  const T* draws, std::uint8_t* codes) {
  std::uint8_t group[code_group_elements];
  round_group(values, count, scale, bits, draws, group);
  if (bits == CodeBits::int8) {
    std::copy_n(group, count, codes);
    return;
  }
  // A multiple of every number of codes a byte holds: the rest of the last byte is zero.
  std::fill(group + count, group + (count + 3) / 4 * 4, std::uint8_t{0});
  if (bits == CodeBits::int4) {
    for (std::int64_t i = 0; i < (count + 1) / 2; ++i) {
      codes[i] = static_cast<std::uint8_t>(group[2 * i] | group[2 * i + 1] << 4);
    }
    return;
  }
  for (std::int64_t i = 0; i < (count + 3) / 4; ++i) {
    codes[i] = static_cast<std::uint8_t>(group[4 * i] | group[4 * i + 1] << 2 |
                                         group[4 * i + 2] << 4 | group[4 * i + 3] << 6);
  }
}

// Every value that a group can decode to.
template <class T, int levels>
struct DecodeTable {
  DecodeTable(T step, T offset) {
    for (int code = 0; code < levels; ++code) {
      values[code] = std::fma(step, static_cast<T>(code), offset);
    }
  }
  T values[levels];
};

template <class T>
void decode_group(const std::uint8_t* codes, std::int64_t count, CodeScale scale, CodeBits bits,
                  T* values) {
  const T step = from_bfloat16(scale.scale_bits);
  const T offset = from_bfloat16(scale.offset_bits);
  if (bits == CodeBits::int8) {
    // step has 8 significant bits and a code 8: their product is exact in double, and so is the sum
    // wherever it matters to float: the same bits as a fused multiply-add, without needing one.
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
      values[i] = static_cast<T>(static_cast<double>(step) * static_cast<double>(codes[i]) +
                                 static_cast<double>(offset));
    }
    return;
  }
  if (bits == CodeBits::int4) {
    const DecodeTable<T, 16> table(step, offset);
    for (std::int64_t i = 0; i + 1 < count; i += 2) {
      values[i] = table.values[codes[i / 2] & 15U];
      values[i + 1] = table.values[codes[i / 2] >> 4];
    }
    if (count % 2 != 0) values[count - 1] = table.values[codes[count / 2] & 15U];
    return;
  }
  const DecodeTable<T, 4> table(step, offset);
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = table.values[(codes[i / 4] >> (2 * (i % 4))) & 3U];
  }
}

}  // namespace

void quantize(void*, DType dtype, const void* values, std::int64_t elements, CodeBits bits,
              std::uint8_t* codes, CodeScale* scales, const Rounding& rounding) {
  dispatch_real(dtype, [&]<class T>() {
#pragma omp parallel for schedule(static)
    for (std::int64_t g = 0; g < code_groups(elements); ++g) {
      const std::int64_t first = g * code_group_elements;
      const std::int64_t count = std::min(code_group_elements, elements - first);
      const T* from = static_cast<const T*>(values) + first;
      scales[g] = scale_of(from, count, bits);
      T draws[code_group_elements];
      const bool is_stochastic = rounding.to == RoundTo::stochastic;
      if (is_stochastic) write_draws(rounding, g, draws);
      encode_group(from, count, scales[g], bits, is_stochastic ? draws : nullptr,
                   codes + code_bytes(bits, first));
    }
  });
}

void dequantize(void*, DType dtype, CodeBits bits, const std::uint8_t* codes,
                const CodeScale* scales, std::int64_t first_element, std::int64_t elements,
                void* values) {
  dispatch_real(dtype, [&]<class T>() {
#pragma omp parallel for schedule(static)
    for (std::int64_t g = 0; g < code_groups(elements); ++g) {
      const std::int64_t first = g * code_group_elements;
      const std::int64_t count = std::min(code_group_elements, elements - first);
      decode_group(codes + code_bytes(bits, first_element + first), count,
                   scales[first_element / code_group_elements + g], bits,
                   static_cast<T*>(values) + first);
    }
  });
}

}  // namespace actscope::kernels::cpu
