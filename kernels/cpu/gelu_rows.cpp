// SPDX-License-Identifier: Apache-2.0
#include "cpu/gelu_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gelu_rows.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/code_vectors-inl.hpp"
#include "cpu/gelu_vectors-inl.hpp"
#include "cpu/row_vectors-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

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
  const std::int64_t i = for_each_vector(count, [&](std::int64_t k) HWY_ATTR {
    gelu_vector<bits>(h + k, u + k, codes + (bits == 0 ? 0 : k));
  });
  if (i == count) return;
  const Remainder<T> in(h + i, count - i);
  Remainder<T> out;
  std::uint8_t some[most_lanes];
  gelu_vector<bits>(in.values, out.values, some);
  std::copy_n(out.values, count - i, u + i);
  if constexpr (bits != 0) std::copy_n(some, count - i, codes + i);
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
void gelu_any(DType dtype, const void* h, void* u, std::int64_t count, const GeluCode& code) {
  with_f32_kind(dtype, [&](auto kind) HWY_ATTR {
    using T = decltype(kind);
    const T* from = static_cast<const T*>(h);
    T* to = static_cast<T*>(u);
    std::uint8_t none[most_lanes];
    if (code.codes == nullptr) return gelu_vectors<0>(from, to, count, none);
    if (code.bits == CodeBits::int2) return gelu_with_codes<2>(from, to, count, code.codes);
    gelu_with_codes<4>(from, to, count, code.codes);
  });
}

void gelu_backward_any(DType dtype, const void* du, const void* h, void* dh, void* u,
                       std::int64_t count) {
  with_f32_kind(dtype, [&](auto kind) HWY_ATTR {
    using T = decltype(kind);
    const T* gradient = static_cast<const T*>(du);
    const T* from = static_cast<const T*>(h);
    T* to = static_cast<T*>(dh);
    if (u == nullptr) return gelu_backward_vectors<false, T>(gradient, from, to, nullptr, count);
    gelu_backward_vectors<true>(gradient, from, to, static_cast<T*>(u), count);
  });
}

void multiply_levels_any(DType dtype, const void* du, CodeBits bits, const std::uint8_t* codes,
                         void* dh, std::int64_t count) {
  with_f32_kind(dtype, [&](auto kind) HWY_ATTR {
    using T = decltype(kind);
    const T* gradient = static_cast<const T*>(du);
    if (bits == CodeBits::int2) {
      return multiply_levels<2>(gradient, codes, static_cast<T*>(dh), count);
    }
    multiply_levels<4>(gradient, codes, static_cast<T*>(dh), count);
  });
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(gelu_any);
HWY_EXPORT(gelu_backward_any);
HWY_EXPORT(multiply_levels_any);

void gelu_row(DType dtype, const void* h, void* u, std::int64_t count, const GeluCode& code) {
  if (dtype == DType::f64) {
    return gelu_row_f64(static_cast<const double*>(h), static_cast<double*>(u), count, code);
  }
  HWY_DYNAMIC_DISPATCH(gelu_any)(dtype, h, u, count, code);
}

void gelu_backward_row(DType dtype, const void* du, const void* h, void* dh, void* u,
                       std::int64_t count) {
  if (dtype == DType::f64) {
    return gelu_backward_row_f64(static_cast<const double*>(du), static_cast<const double*>(h),
                                 static_cast<double*>(dh), static_cast<double*>(u), count);
  }
  HWY_DYNAMIC_DISPATCH(gelu_backward_any)(dtype, du, h, dh, u, count);
}

void multiply_levels_row(DType dtype, const void* du, CodeBits bits, const std::uint8_t* codes,
                         void* dh, std::int64_t count) {
  if (dtype == DType::f64) {
    return multiply_levels_row_f64(static_cast<const double*>(du), bits, codes,
                                   static_cast<double*>(dh), count);
  }
  HWY_DYNAMIC_DISPATCH(multiply_levels_any)(dtype, du, bits, codes, dh, count);
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
