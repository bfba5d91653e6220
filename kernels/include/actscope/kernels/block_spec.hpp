// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace actscope::kernels {

/// How the kept blocks are chosen.
/// panel: the blocks of largest Frobenius norm inside each panel; ties go to the lower index; a
/// block with a non-finite element ranks first, so that NaN and Inf reach the gradient.
enum class Select { panel };

/// Which blocks of a matrix are kept.
struct BlockSpec {
  std::int64_t block_rows = 16;
  std::int64_t block_cols = 16;
  double sparsity_ratio = 0.8;  ///< share of blocks dropped, in [0, 1)
  Select select = Select::panel;
  std::int64_t panel_rows = 128;  ///< target height of a panel in rows

  /// Errors  ConfigError: sparsity outside [0, 1), panel_rows below 1;
  ///         UnsupportedBlockSize: a block side outside 1…1024
  void validate() const;

  friend bool operator==(const BlockSpec&, const BlockSpec&) = default;
};

/// "16x16 at 80 %".
std::string describe(const BlockSpec& spec);

}  // namespace actscope::kernels
