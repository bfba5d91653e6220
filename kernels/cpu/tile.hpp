// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/block_walk.hpp"

namespace actscope::kernels::cpu {

/// Widest strip of outputs that one tile of sums covers, and the step in which strips grow, both
/// multiples of every vector length. Three vectors of 512 bits times eight features are 24 sums in
/// registers: they hide the latency of two units and read 11 operands for 24 multiply-adds.
inline constexpr std::int64_t strip_width = 48;
inline constexpr std::int64_t strip_step = 16;

/// One kept block, as a product sees it.
struct Term {
  std::uint32_t position = 0;  ///< place among the kept blocks of its panel
  std::uint32_t depth = 0;     ///< which block of packed rows it multiplies
};

/// Kept blocks of one panel that add to the same results.
template <class T>
struct TermRun {
  const T* values = nullptr;         ///< the panel's kept blocks, [kept, block elements]
  const SumOf<T>* packed = nullptr;  ///< [depth blocks · block depth, width]
  const Term* terms = nullptr;
  std::int64_t count = 0;
};

/// Lines of memory that will be read soon, asked for a few at a time while a product computes: all
/// at once they would fill the queue of misses and hold up the product's own reads.
struct ReadAhead {
  static constexpr std::int64_t line_bytes = 64;
  static constexpr std::int64_t whole_line = 1024;

  const char* row = nullptr;
  std::int64_t row_bytes = 0;  ///< from one row to the next
  std::int64_t line = 0;       ///< next one of this row
  std::int64_t row_lines = 0;
  std::int64_t rows_left = 0;
  std::int64_t share = 0;   ///< of a line to ask for each step, in 1/whole_line
  std::int64_t credit = 0;  ///< of a line, likewise

  void step(std::int64_t steps) {
    credit += share * steps;
    for (; credit >= whole_line && rows_left > 0; credit -= whole_line) {
      __builtin_prefetch(row + line * line_bytes, 0, 2);
      if (++line < row_lines) continue;
      line = 0;
      row += row_bytes;
      --rows_left;
    }
  }
};

/// How a block is read: element (k, f) lies at k·k_stride + f·f_stride.
struct BlockAccess {
  std::int64_t elements = 0;  ///< of one block
  std::int64_t depth = 0;     ///< steps k that are summed
  std::int64_t features = 0;  ///< results f
  std::int64_t k_stride = 0;
  std::int64_t f_stride = 0;
};

/// Steps of the micro-kernel over `terms` blocks: how often it reads a vector's worth of outputs.
std::int64_t kernel_steps(const BlockAccess& access, std::int64_t width, std::int64_t terms);

/// Adds Σ runs Σ terms Σ k  block(k, f) · packed(k, o) to sums[f][o] for all f below
/// access.features and o below `width` (a multiple of strip_step). Chosen for the machine's
/// instruction set at run time.
///
/// Shapes   sums [features, width]
/// Effects  deterministic: fixed order over runs, terms and k
void accumulate(const TermRun<float>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, float* sums, ReadAhead& ahead);
void accumulate(const TermRun<double>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, double* sums, ReadAhead& ahead);
void accumulate(const TermRun<bfloat16>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, float* sums, ReadAhead& ahead);
void accumulate(const TermRun<float16>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, float* sums, ReadAhead& ahead);

}  // namespace actscope::kernels::cpu
