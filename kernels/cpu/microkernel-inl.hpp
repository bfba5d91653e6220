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

// Sums held at a time: features times vectors of outputs. With the loads and a broadcast they fill
// 32 registers, or 16.
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
inline constexpr int most_features = 8;
#else
inline constexpr int most_features = 4;
#endif
inline constexpr int most_vectors = 3;

// One step k of a term: Features values of its block times Vectors vectors of outputs.
template <int Features, int Vectors, class T, class D, class V>
HWY_INLINE void add_step(D d, const T* HWY_RESTRICT values, std::int64_t f_stride,
                         const SumOf<T>* HWY_RESTRICT packed, V (&acc)[Features][Vectors]) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  V y[Vectors];
  for (int v = 0; v < Vectors; ++v) y[v] = hn::LoadU(d, packed + v * lanes);
  for (int f = 0; f < Features; ++f) {
    const V x = hn::Set(d, static_cast<SumOf<T>>(values[f * f_stride]));
    for (int v = 0; v < Vectors; ++v) acc[f][v] = hn::MulAdd(x, y[v], acc[f][v]);
  }
}

// sums[f][o] for `Features` features and `Vectors` vectors of outputs stay in registers while all
// terms are read. `Depth`: steps of a term, 0 where no case is made for them.
template <int Features, int Vectors, int Depth, class T>
HWY_INLINE void accumulate_registers(const TermRun<T>* runs, std::int64_t count,
                                     const BlockAccess& access, std::int64_t first_feature,
                                     std::int64_t first_output, std::int64_t width,
                                     SumOf<T>* HWY_RESTRICT all_sums, ReadAhead& all_ahead) {
  const hn::ScalableTag<SumOf<T>> d;
  using V = hn::Vec<decltype(d)>;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  SumOf<T>* HWY_RESTRICT sums = all_sums + first_feature * width + first_output;
  ReadAhead ahead = all_ahead;
  V acc[Features][Vectors];
  for (int f = 0; f < Features; ++f) {
    for (int v = 0; v < Vectors; ++v) acc[f][v] = hn::LoadU(d, sums + f * width + v * lanes);
  }
  const std::int64_t k_stride = access.k_stride;
  const std::int64_t f_stride = access.f_stride;
  for (const TermRun<T>* run = runs; run != runs + count; ++run) {
    const T* all_values = run->values + first_feature * f_stride;
    const SumOf<T>* all_packed = run->packed + first_output;
    for (const Term* term = run->terms; term != run->terms + run->count; ++term) {
      const T* HWY_RESTRICT values = all_values + term->position * access.elements;
      const SumOf<T>* HWY_RESTRICT packed = all_packed + term->depth * access.depth * width;
      if constexpr (Depth > 0) {
        ahead.step(Depth);
#pragma GCC unroll 8
        for (int k = 0; k < Depth; ++k) {
          add_step<Features, Vectors>(d, values + k * k_stride, f_stride, packed + k * width, acc);
        }
      } else {
        for (std::int64_t k = 0; k < access.depth; ++k) {
          if (k % 16 == 0) ahead.step(std::min<std::int64_t>(access.depth - k, 16));
          add_step<Features, Vectors>(d, values, f_stride, packed, acc);
          values += k_stride;
          packed += width;
        }
      }
    }
  }
  all_ahead = ahead;
  for (int f = 0; f < Features; ++f) {
    for (int v = 0; v < Vectors; ++v) hn::StoreU(acc[f][v], d, sums + f * width + v * lanes);
  }
}

template <int Features, int Depth, class T>
HWY_INLINE void accumulate_strip(const TermRun<T>* runs, std::int64_t count,
                                 const BlockAccess& access, std::int64_t first_feature,
                                 std::int64_t width, SumOf<T>* sums, ReadAhead& ahead) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<SumOf<T>>()));
  for (std::int64_t o = 0; o < width;) {
    const std::int64_t vectors = (width - o) / lanes;
    const auto run = [&]<int Vectors>() {
      accumulate_registers<Features, Vectors, Depth>(runs, count, access, first_feature, o, width,
                                                     sums, ahead);
      o += Vectors * lanes;
    };
    if (vectors >= most_vectors) {
      run.template operator()<most_vectors>();
    } else if (vectors >= 2) {
      run.template operator()<2>();
    } else {
      run.template operator()<1>();
    }
  }
}

template <class T>
HWY_INLINE void accumulate_tile(const TermRun<T>* runs, std::int64_t count,
                                const BlockAccess& access, std::int64_t width, SumOf<T>* sums,
                                ReadAhead& ahead) {
  if (access.features == 4 && access.depth == 4) {
    return accumulate_strip<4, 4>(runs, count, access, 0, width, sums, ahead);
  }
  std::int64_t f = 0;
  if constexpr (most_features == 8) {
    for (; f + 8 <= access.features; f += 8) {
      accumulate_strip<8, 0>(runs, count, access, f, width, sums, ahead);
    }
  }
  for (; f + 4 <= access.features; f += 4) {
    accumulate_strip<4, 0>(runs, count, access, f, width, sums, ahead);
  }
  switch (access.features - f) {
    case 3:
      return accumulate_strip<3, 0>(runs, count, access, f, width, sums, ahead);
    case 2:
      return accumulate_strip<2, 0>(runs, count, access, f, width, sums, ahead);
    case 1:
      return accumulate_strip<1, 0>(runs, count, access, f, width, sums, ahead);
    default:
      return;
  }
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // ACTSCOPE_MICROKERNEL_INL
