// SPDX-License-Identifier: Apache-2.0
#include "cpu/row_math.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/row_math.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/row_vectors-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_INLINE void multiply_add_vector(const T* p, const T* q, const T* r, T* y) {
  const Floats d;
  store_values(d, hn::MulAdd(load_values(d, p), load_values(d, q), load_values(d, r)), y);
}

template <class T>
HWY_INLINE void multiply_add_row(const T* p, const T* q, const T* r, T* y, std::int64_t count) {
  const std::int64_t i = for_each_vector(
      count, [&](std::int64_t k) HWY_ATTR { multiply_add_vector(p + k, q + k, r + k, y + k); });
  if (i == count) return;
  const Remainder<T> left(p + i, count - i), right(q + i, count - i), added(r + i, count - i);
  Remainder<T> result;
  multiply_add_vector(left.values, right.values, added.values, result.values);
  std::copy_n(result.values, count - i, y + i);
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

void multiply_add_any(DType dtype, const void* p, const void* q, const void* r, void* y,
                      std::int64_t count) {
  if (dtype == DType::f64) {
    return multiply_add_f64(static_cast<const double*>(p), static_cast<const double*>(q),
                            static_cast<const double*>(r), static_cast<double*>(y), count);
  }
  with_f32_kind(dtype, [&](auto kind) HWY_ATTR {
    using T = decltype(kind);
    multiply_add_row(static_cast<const T*>(p), static_cast<const T*>(q), static_cast<const T*>(r),
                     static_cast<T*>(y), count);
  });
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(multiply_add_any);

void multiply_add(DType dtype, const void* p, const void* q, const void* r, void* y,
                  std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_add_any)(dtype, p, q, r, y, count);
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
