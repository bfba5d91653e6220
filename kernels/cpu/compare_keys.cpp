// SPDX-License-Identifier: Apache-2.0
#include "cpu/compare_keys.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/compare_keys.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

KeyBits compare_some(const double* keys, std::int64_t count, double threshold) {
  const hn::ScalableTag<double> d;
  using Mask = hn::Mask<decltype(d)>;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto limit = hn::Set(d, threshold);
  const auto bits_of = [&](Mask mask) {
    std::uint8_t bytes[8] = {};  // as StoreMaskBits asks for
    hn::StoreMaskBits(d, mask, bytes);
    return std::uint32_t{bytes[0]};
  };
  KeyBits bits;
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto some = hn::LoadU(d, keys + i);
    bits.above |= bits_of(hn::Gt(some, limit)) << i;
    bits.equal |= bits_of(hn::Eq(some, limit)) << i;
  }
  for (; i < count; ++i) {
    bits.above |= (keys[i] > threshold ? 1U : 0U) << i;
    bits.equal |= (keys[i] == threshold ? 1U : 0U) << i;
  }
  return bits;
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(compare_some);

KeyBits compare_keys(const double* keys, std::int64_t count, double threshold) {
  return HWY_DYNAMIC_DISPATCH(compare_some)(keys, count, threshold);
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
