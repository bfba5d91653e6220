// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/SymInt.h>
#include <c10/core/SymIntArrayRef.h>

#include <string_view>

namespace actscope::torch_ops {

/// How many of each thing a block-sparse matrix holds: what kernels::PanelLayout says of plain
/// sizes, also for sizes that are symbols of a compiler. No symbol is pinned to a number.
struct PanelCounts {
  c10::SymInt groups, rows, cols;
  std::int64_t block_rows = 0, block_cols = 0;
  c10::SymInt kept_blocks;    ///< of threshold: at most
  c10::SymInt mask_words;     ///< 32-bit words
  c10::SymInt column_starts;  ///< 32-bit entries
  c10::SymInt scales;         ///< one a kept block where rescaled, else 0
};

/// Errors  as PanelArguments::layout; of symbolic sizes nothing that depends on them
PanelCounts counts_of(c10::SymIntArrayRef size, c10::IntArrayRef block, double sparsity,
                      std::string_view select, bool unbiased = false);

}  // namespace actscope::torch_ops
