// SPDX-License-Identifier: Apache-2.0
// Walks over the vectors of a row, whatever its elements are; compiled once for each instruction
// set (Highway's foreach_target).

#if defined(ACTSCOPE_ROW_VECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ACTSCOPE_ROW_VECTORS_INL
#undef ACTSCOPE_ROW_VECTORS_INL
#else
#define ACTSCOPE_ROW_VECTORS_INL
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>

#include "actscope/kernels/dtype.hpp"
#include "cpu/narrow_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using FloatVector = hn::Vec<Floats>;
using Bits = hn::RebindToUnsigned<Floats>;

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

// Calls body(T()) with the type of dtype: float, bfloat16 or float16, which are all computed in
// f32.
template <class Body>
HWY_INLINE void with_f32_kind(DType dtype, const Body& body) {
  if (dtype == DType::bf16) return body(bfloat16());
  if (dtype == DType::f16) return body(float16());
  body(float());
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // ACTSCOPE_ROW_VECTORS_INL
