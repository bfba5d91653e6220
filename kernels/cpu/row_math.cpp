// SPDX-License-Identifier: Apache-2.0
#include "cpu/row_math.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "common/gelu_codebook.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/row_math.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/code_vectors-inl.hpp"
#include "cpu/gelu_vectors-inl.hpp"
#include "cpu/narrow_vectors-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t most_lanes = HWY_MAX_BYTES / sizeof(float);

// Calls visit(i) for the first element of every whole vector of [0, count); gives the first element
// that is left.
template <class Visit>
HWY_INLINE std::int64_t for_each_vector(std::int64_t count, const Visit& visit) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Floats()));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) visit(i);
  return i;
}

// A vector's worth of elements, those beyond `count` zero, so that what is left of a row goes
// through the same instructions and no result depends on its column.
template <class T>
struct Remainder {
  Remainder() = default;
  Remainder(const T* from, std::int64_t count) { std::copy_n(from, count, values); }
  T values[most_lanes] = {};
};

template <class T>
HWY_INLINE void multiply_add_vector(const T* p, const T* q, const T* r, T* y) {
  const Floats d;
  store_values(d, hn::MulAdd(load_values(d, p), load_values(d, q), load_values(d, r)), y);
}

template <class T>
HWY_INLINE void multiply_add_narrow(const T* p, const T* q, const T* r, T* y, std::int64_t count) {
  const std::int64_t i = for_each_vector(
      count, [&](std::int64_t k) HWY_ATTR { multiply_add_vector(p + k, q + k, r + k, y + k); });
  if (i == count) return;
  const Remainder<T> left(p + i, count - i), right(q + i, count - i), added(r + i, count - i);
  Remainder<T> result;
  multiply_add_vector(left.values, right.values, added.values, result.values);
  std::copy_n(result.values, count - i, y + i);
}
void multiply_add_f32(const float* p, const float* q, const float* r, float* y,
                      std::int64_t count) {
  multiply_add_narrow(p, q, r, y, count);
}
void multiply_add_bf16(const bfloat16* p, const bfloat16* q, const bfloat16* r, bfloat16* y,
                       std::int64_t count) {
  multiply_add_narrow(p, q, r, y, count);
}

void multiply_add_f64(const double* p, const double* q, const double* r, double* y,
                      std::int64_t count) {
  const hn::ScalableTag<double> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::MulAdd(hn::LoadU(d, p + i), hn::LoadU(d, q + i), hn::LoadU(d, r + i)), d, y + i);
  }
  const hn::CappedTag<double, 1> one;
  for (; i < count; ++i) {
    const auto sum =
        hn::MulAdd(hn::LoadU(one, p + i), hn::LoadU(one, q + i), hn::LoadU(one, r + i));
    hn::StoreU(sum, one, y + i);
  }
}

// bits is 0 where no code is wanted, else `codes` gets one a byte.
template <int bits, class T>
HWY_INLINE void gelu_vector(const T* h, T* u, std::uint8_t* codes) {
  const Floats d;
  const auto value = load_values(d, h);
  store_values(d, gelu_of(value, normal_cdf(value)), u);
  if constexpr (bits != 0) store_code_bytes(gelu_code<bits>(value), codes);
}

template <int bits, class T>
HWY_INLINE void gelu_vectors(const T* h, T* u, std::int64_t count, std::uint8_t* codes) {
  const std::int64_t i = for_each_vector(
      count, [&](std::int64_t k) HWY_ATTR { gelu_vector<bits>(h + k, u + k, codes + k); });
  if (i == count) return;
  const Remainder<T> in(h + i, count - i);
  Remainder<T> out;
  std::uint8_t some[most_lanes];
  gelu_vector<bits>(in.values, out.values, some);
  std::copy_n(out.values, count - i, u + i);
  if constexpr (bits != 0) std::copy_n(some, count - i, codes + i);
}

void gelu_f32(const float* h, float* u, std::int64_t count) {
  std::uint8_t none[most_lanes];
  gelu_vectors<0>(h, u, count, none);
}
void gelu_bf16(const bfloat16* h, bfloat16* u, std::int64_t count) {
  std::uint8_t none[most_lanes];
  gelu_vectors<0>(h, u, count, none);
}

// Codes are joined a run at a time, while they are in the nearest cache.
template <int bits, class T>
HWY_INLINE void gelu_with_codes(const T* h, T* u, std::int64_t count, std::uint8_t* packed) {
  constexpr std::int64_t run = 1024;
  constexpr int per_byte = 8 / bits;
  alignas(64) std::uint8_t codes[run];
  for (std::int64_t first = 0; first < count; first += run) {
    const std::int64_t here = std::min(run, count - first);
    gelu_vectors<bits>(h + first, u + first, here, codes);
    const std::int64_t bytes = (here + per_byte - 1) / per_byte;
    std::fill(codes + here, codes + bytes * per_byte, std::uint8_t{0});
    pack_codes<bits>(codes, bytes, packed + first / per_byte);
  }
}
template <class T>
HWY_INLINE void gelu_code_narrow(const T* h, T* u, std::int64_t count, CodeBits bits,
                                 std::uint8_t* codes) {
  if (bits == CodeBits::int2) return gelu_with_codes<2>(h, u, count, codes);
  gelu_with_codes<4>(h, u, count, codes);
}
void gelu_code_f32(const float* h, float* u, std::int64_t count, CodeBits bits,
                   std::uint8_t* codes) {
  gelu_code_narrow(h, u, count, bits, codes);
}
void gelu_code_bf16(const bfloat16* h, bfloat16* u, std::int64_t count, CodeBits bits,
                    std::uint8_t* codes) {
  gelu_code_narrow(h, u, count, bits, codes);
}

template <bool with_u, class T>
HWY_INLINE void gelu_backward_vector(const T* du, const T* h, T* dh, T* u) {
  const Floats d;
  const auto value = load_values(d, h);
  const auto gradient = load_values(d, du);
  const auto cdf = normal_cdf(value);
  if constexpr (with_u) store_values(d, gelu_of(value, cdf), u);
  store_values(d, hn::Mul(gradient, gelu_derivative(value, cdf)), dh);
}

template <bool with_u, class T>
HWY_INLINE void gelu_backward_vectors(const T* du, const T* h, T* dh, T* u, std::int64_t count) {
  const std::int64_t i = for_each_vector(count, [&](std::int64_t k) HWY_ATTR {
    gelu_backward_vector<with_u>(du + k, h + k, dh + k, with_u ? u + k : nullptr);
  });
  if (i == count) return;
  const Remainder<T> gradient(du + i, count - i), in(h + i, count - i);
  Remainder<T> out, values;
  gelu_backward_vector<with_u>(gradient.values, in.values, out.values, values.values);
  std::copy_n(out.values, count - i, dh + i);
  if constexpr (with_u) std::copy_n(values.values, count - i, u + i);
}
template <class T>
HWY_INLINE void gelu_backward_narrow(const T* du, const T* h, T* dh, T* u, std::int64_t count) {
  if (u == nullptr) return gelu_backward_vectors<false, T>(du, h, dh, nullptr, count);
  gelu_backward_vectors<true>(du, h, dh, u, count);
}
void gelu_backward_f32(const float* du, const float* h, float* dh, float* u, std::int64_t count) {
  gelu_backward_narrow(du, h, dh, u, count);
}
void gelu_backward_bf16(const bfloat16* du, const bfloat16* h, bfloat16* dh, bfloat16* u,
                        std::int64_t count) {
  gelu_backward_narrow(du, h, dh, u, count);
}

// Looks up the levels of codes.
template <int bits>
HWY_INLINE FloatVector levels_of_codes(hn::Vec<hn::RebindToSigned<Floats>> codes,
                                       const float* levels) {
  const Floats d;
#if HWY_TARGET == HWY_AVX2
  if constexpr (bits == 4) {  // a table as long as two vectors
    const hn::RebindToSigned<Floats> whole;
    const auto indices = hn::IndicesFromVec(d, hn::And(codes, hn::Set(whole, 7)));
    const auto is_upper = hn::RebindMask(d, hn::Gt(codes, hn::Set(whole, 7)));
    return hn::IfThenElse(is_upper, hn::TableLookupLanes(hn::LoadU(d, levels + 8), indices),
                          hn::TableLookupLanes(hn::LoadU(d, levels), indices));
  }
#endif
  if constexpr (hn::MaxLanes(Floats()) >= (1U << bits)) {
    return hn::TableLookupLanes(hn::LoadU(d, levels), hn::IndicesFromVec(d, codes));
  } else {
    return hn::GatherIndex(d, levels, codes);
  }
}

template <int bits, class T>
HWY_INLINE void multiply_levels(const T* du, const std::uint8_t* codes, T* dh, std::int64_t count) {
  constexpr GeluCodebook codebook = gelu_codebook(bits);
  const Floats d;
  std::int64_t i = 0;
  if constexpr (hn::MaxLanes(Floats()) >= 4) {
    i = for_each_vector(count, [&](std::int64_t k) HWY_ATTR {
      const auto code = load_codes<bits>(hn::RebindToSigned<Floats>(), codes + k * bits / 8);
      const auto level = levels_of_codes<bits>(code, codebook.level);
      store_values(d, hn::Mul(load_values(d, du + k), level), dh + k);
    });
  }
  for (; i < count; ++i) {
    const unsigned code = codes[i * bits / 8] >> (i * bits % 8) & ((1U << bits) - 1);
    dh[i] = static_cast<T>(static_cast<float>(du[i]) * codebook.level[code]);
  }
}
template <class T>
HWY_INLINE void multiply_levels_narrow(const T* du, CodeBits bits, const std::uint8_t* codes, T* dh,
                                       std::int64_t count) {
  if (bits == CodeBits::int2) return multiply_levels<2>(du, codes, dh, count);
  multiply_levels<4>(du, codes, dh, count);
}
void multiply_levels_f32(const float* du, CodeBits bits, const std::uint8_t* codes, float* dh,
                         std::int64_t count) {
  multiply_levels_narrow(du, bits, codes, dh, count);
}
void multiply_levels_bf16(const bfloat16* du, CodeBits bits, const std::uint8_t* codes,
                          bfloat16* dh, std::int64_t count) {
  multiply_levels_narrow(du, bits, codes, dh, count);
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(multiply_add_f32);
HWY_EXPORT(multiply_add_f64);
HWY_EXPORT(multiply_add_bf16);
HWY_EXPORT(gelu_f32);
HWY_EXPORT(gelu_bf16);
HWY_EXPORT(gelu_code_f32);
HWY_EXPORT(gelu_code_bf16);
HWY_EXPORT(gelu_backward_f32);
HWY_EXPORT(gelu_backward_bf16);
HWY_EXPORT(multiply_levels_f32);
HWY_EXPORT(multiply_levels_bf16);

void multiply_add(const float* p, const float* q, const float* r, float* y, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_add_f32)(p, q, r, y, count);
}
void multiply_add(const double* p, const double* q, const double* r, double* y,
                  std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_add_f64)(p, q, r, y, count);
}
void multiply_add(const bfloat16* p, const bfloat16* q, const bfloat16* r, bfloat16* y,
                  std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_add_bf16)(p, q, r, y, count);
}

void gelu_row(const float* h, float* u, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(gelu_f32)(h, u, count);
}
void gelu_row(const bfloat16* h, bfloat16* u, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(gelu_bf16)(h, u, count);
}
void gelu_code_row(const float* h, float* u, std::int64_t count, CodeBits bits,
                   std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(gelu_code_f32)(h, u, count, bits, codes);
}
void gelu_code_row(const bfloat16* h, bfloat16* u, std::int64_t count, CodeBits bits,
                   std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(gelu_code_bf16)(h, u, count, bits, codes);
}

void gelu_backward_row(const float* du, const float* h, float* dh, float* u, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(gelu_backward_f32)(du, h, dh, u, count);
}
void gelu_backward_row(const bfloat16* du, const bfloat16* h, bfloat16* dh, bfloat16* u,
                       std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(gelu_backward_bf16)(du, h, dh, u, count);
}
void multiply_levels_row(const float* du, CodeBits bits, const std::uint8_t* codes, float* dh,
                         std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_levels_f32)(du, bits, codes, dh, count);
}
void multiply_levels_row(const bfloat16* du, CodeBits bits, const std::uint8_t* codes, bfloat16* dh,
                         std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_levels_bf16)(du, bits, codes, dh, count);
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
