// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/block_walk.hpp"

namespace actscope::kernels::cpu {

/// Widest strip of outputs that one tile of sums covers, and the step in which strips grow. A
/// multiple of every vector length.
inline constexpr std::int64_t strip_width = 64;
inline constexpr std::int64_t strip_step = 16;

/// One kept block, as a product sees it.
struct Term {
  std::uint32_t slot = 0;   ///< place among the kept blocks of its panel
  std::uint32_t depth = 0;  ///< which block of packed rows it multiplies
};

/// Kept blocks of one panel that add to the same results.
template <class T>
struct TermRun {
  const T* values = nullptr;         ///< the panel's kept blocks, [kept, block elements]
  const SumOf<T>* packed = nullptr;  ///< [depth blocks · block depth, width]
  const Term* terms = nullptr;
  std::int64_t count = 0;
};

/// How a block is read: element (k, f) lies at k·k_stride + f·f_stride.
struct BlockAccess {
  std::int64_t elements = 0;  ///< of one block
  std::int64_t depth = 0;     ///< steps k that are summed
  std::int64_t features = 0;  ///< results f
  std::int64_t k_stride = 0;
  std::int64_t f_stride = 0;
};

/// Adds Σ runs Σ terms Σ k  block(k, f) · packed(k, o) to sums[f][o] for all f below
/// access.features and o below `width` (a multiple of strip_step). Chosen for the machine's
/// instruction set at run time.
///
/// Shapes   sums [features, width]
/// Effects  deterministic: fixed order over runs, terms and k
void accumulate(const TermRun<float>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, float* sums);
void accumulate(const TermRun<double>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, double* sums);
void accumulate(const TermRun<bfloat16>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, float* sums);
void accumulate(const TermRun<float16>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, float* sums);

}  // namespace actscope::kernels::cpu
