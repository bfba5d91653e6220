// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/matrix_view.hpp"

namespace actscope::kernels::cpu {

/// The kept blocks of a panel row by row; keeps its scratch memory from call to call.
class KeptRows {
 public:
  struct Place {
    std::uint32_t col_block, position;  ///< position among the kept blocks of the panel
  };

  void sort(const PanelExtent& panel, const std::uint32_t* mask);
  /// The kept blocks of a row of blocks of the panel last sorted.
  std::span<const Place> row(std::int64_t r) const {
    const auto at = static_cast<std::size_t>(r);
    return {places_.data() + starts_[at], places_.data() + starts_[at + 1]};
  }

 private:
  std::vector<std::uint32_t> starts_;  // of row r at r
  std::vector<Place> places_;
};

/// Copies the kept blocks of one panel, whose rows lie in x at panel.group and panel.first_row.
/// `scratch` is any, one a thread.
/// Requires index already written, x and panels of one dtype
void gather_panel(const ConstMatrixView& x, const BsrPanels& panels, const PanelExtent& panel,
                  KeptRows& scratch);

}  // namespace actscope::kernels::cpu
