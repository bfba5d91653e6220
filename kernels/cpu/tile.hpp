// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace actscope::kernels::cpu {

/// Outputs that one tile of sums covers: four AVX-512 vectors of float.
inline constexpr std::int64_t strip_width = 64;

/// Blocks that the micro-kernel walks while its sums stay in registers.
inline constexpr std::int64_t terms_at_once = 64;

/// One kept block and the packed rows [depth, strip_width] that it multiplies.
template <class T>
struct BlockTerm {
  const T* values = nullptr;
  const T* packed = nullptr;
};

/// Adds Σ blocks Σ k values[k·k_stride + f·f_stride] · packed[k][o] to sums[f][o] for all f below
/// `features` and o below strip_width. Chosen for the machine's instruction set at run time.
/// Shapes  sums [features, strip_width]; deterministic: fixed order over blocks and k
void accumulate(const BlockTerm<float>* blocks, std::int64_t count, std::int64_t depth,
                std::int64_t k_stride, std::int64_t features, std::int64_t f_stride, float* sums);
void accumulate(const BlockTerm<double>* blocks, std::int64_t count, std::int64_t depth,
                std::int64_t k_stride, std::int64_t features, std::int64_t f_stride, double* sums);

}  // namespace actscope::kernels::cpu
