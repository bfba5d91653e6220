// SPDX-License-Identifier: Apache-2.0
// The inner loop of both products, compiled once for each instruction set (Highway's
// foreach_target).

#if defined(ACTSCOPE_MICROKERNEL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ACTSCOPE_MICROKERNEL_INL
#undef ACTSCOPE_MICROKERNEL_INL
#else
#define ACTSCOPE_MICROKERNEL_INL
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "cpu/tile.hpp"

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Adds to `features` rows of a [features, strip_width] tile of sums:
//   sums[f][o] += Σ over blocks and k of  block.values[k·k_stride + f·f_stride] ·
//   block.packed[k][o]
// `strip_width` outputs stay in registers while all blocks are read.
template <int Features, class T>
HWY_INLINE void accumulate_features(const BlockTerm<T>* blocks, std::int64_t count,
                                    std::int64_t depth, std::int64_t k_stride,
                                    std::int64_t f_stride, T* HWY_RESTRICT sums) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  // Four vectors of outputs at a time: 16 sums, 4 loads and 1 broadcast stay in 32 registers.
  for (std::int64_t o = 0; o < strip_width; o += 4 * lanes) {
    V acc[Features][4];
    for (int f = 0; f < Features; ++f) {
      for (int v = 0; v < 4; ++v) acc[f][v] = hn::LoadU(d, sums + f * strip_width + o + v * lanes);
    }
    for (std::int64_t b = 0; b < count; ++b) {
      const T* HWY_RESTRICT values = blocks[b].values;
      const T* HWY_RESTRICT packed = blocks[b].packed + o;
      for (std::int64_t k = 0; k < depth; ++k) {
        V y[4];
        for (int v = 0; v < 4; ++v) y[v] = hn::LoadU(d, packed + k * strip_width + v * lanes);
        for (int f = 0; f < Features; ++f) {
          const V x = hn::Set(d, values[k * k_stride + f * f_stride]);
          for (int v = 0; v < 4; ++v) acc[f][v] = hn::MulAdd(x, y[v], acc[f][v]);
        }
      }
    }
    for (int f = 0; f < Features; ++f) {
      for (int v = 0; v < 4; ++v) hn::StoreU(acc[f][v], d, sums + f * strip_width + o + v * lanes);
    }
  }
}

template <class T>
void accumulate_tile(const BlockTerm<T>* blocks, std::int64_t count, std::int64_t depth,
                     std::int64_t k_stride, std::int64_t features, std::int64_t f_stride, T* sums) {
  std::int64_t f = 0;
  const auto run = [&]<int Features>() {
    BlockTerm<T> shifted[terms_at_once];
    for (std::int64_t first = 0; first < count; first += terms_at_once) {
      const std::int64_t part = count - first < terms_at_once ? count - first : terms_at_once;
      for (std::int64_t b = 0; b < part; ++b) {
        shifted[b] = {blocks[first + b].values + f * f_stride, blocks[first + b].packed};
      }
      accumulate_features<Features>(shifted, part, depth, k_stride, f_stride,
                                    sums + f * strip_width);
    }
    f += Features;
  };
  while (f + 4 <= features) run.template operator()<4>();
  while (f < features) run.template operator()<1>();
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // ACTSCOPE_MICROKERNEL_INL
