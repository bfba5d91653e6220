// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/matrix_view.hpp"
#include "cpu/largest_keys.hpp"

namespace actscope::kernels::cpu {

/// Sums of squares of blocks; keeps its scratch memory from call to call.
class BlockKeys {
 public:
  /// Writes the selection keys of a panel's blocks in the order of their numbers.
  /// Shapes  keys [panel.blocks]
  void write(const ConstMatrixView& x, const PanelLayout& layout, const PanelExtent& panel,
             const Draw& draw, double* keys);

 private:
  template <class T>
  void write_row(const ConstMatrixView& x, const PanelLayout& layout, const PanelExtent& panel,
                 std::int64_t row_block);

  std::vector<double> column_sums_;
  std::vector<double> row_keys_;  // [row blocks, column blocks]
};

/// What one thread needs to select inside panels, one after the other.
/// Requires not counts_follow_data
class PanelSelector {
 public:
  /// Writes mask, column starts and scales of one panel.
  void select(const ConstMatrixView& x, const PanelLayout& layout, const PanelExtent& panel,
              const Draw& draw, const BlockIndex& index);

 private:
  void keep_in_panel(const PanelLayout& layout, const PanelExtent& panel, std::uint32_t* mask);
  void keep_in_rows(const PanelLayout& layout, const PanelExtent& panel, std::uint32_t* mask);
  void write_scales(const PanelLayout& layout, const PanelExtent& panel, const Draw& draw,
                    const BlockIndex& index) const;

  BlockKeys block_keys_;
  LargestKeys largest_;
  std::vector<double> keys_;
  std::vector<double> row_keys_;
  std::vector<double> dropped_;  // largest dropped key, by row or of the panel
};

/// Writes mask, column starts and scales of a whole matrix.
/// Requires counts_follow_data
void select_across_panels(const ConstMatrixView& x, const PanelLayout& layout, const Draw& draw,
                          const BlockIndex& index);

}  // namespace actscope::kernels::cpu
