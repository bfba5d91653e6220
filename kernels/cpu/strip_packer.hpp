// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/matrix_view.hpp"
#include "common/block_walk.hpp"
#include "cpu/aligned_vector.hpp"
#include "cpu/product_plan.hpp"
#include "cpu/tile.hpp"

namespace actscope::kernels::cpu {

/// The outputs of one strip and the rows of dy that belong to a run of panels.
struct Portion {
  Strip strip;
  std::int64_t first_panel = 0;  ///< counted from the first of the product's range
  std::int64_t end_panel = 0;
  std::int64_t first_row = 0;  ///< of dy
};

/// Copies a portion of dy into adjacent memory, a few rows at a time, while a product runs over the
/// portion before: rows are prefetched, the product goes on with what is there, and the rows are
/// copied once they have come. A machine does not read ahead pieces of rows that lie far apart, and
/// where rows lie a power of two apart its caches hold only a few of them.
///
/// Shapes  a panel's packed rows are [row blocks · block rows, strip.width] in the type of sums
///         over T, zero beyond the panel's rows and the strip's outputs
template <class T>
class StripPacker {
 public:
  using Sum = SumOf<T>;

  StripPacker(const ConstMatrixView& dy, const PanelLayout& layout, PanelRange range)
      : dy_(dy), layout_(layout), range_(range) {}

  /// Begins a portion in place of the one before.
  void begin(const Portion& portion);
  std::int64_t rows() const noexcept { return rows_; }
  /// Copies up to `rows` more rows.
  void pack(std::int64_t rows);
  void finish() { pack(rows_); }
  /// The next `rows` rows, to be asked for within `steps` steps of the micro-kernel.
  ReadAhead ahead(std::int64_t rows, std::int64_t steps) const;

  /// The packed rows of a panel of the portion, once all is packed.
  const Sum* panel(std::int64_t number) const noexcept {
    return packed_.data() + starts_[static_cast<std::size_t>(number - portion_.first_panel)];
  }
  /// Adds the rows of the (packed) portion to sums [strip.width], panel by panel.
  void add_rows_to(Sum* sums) const;

 private:
  const ConstMatrixView& dy_;
  const PanelLayout& layout_;
  PanelRange range_;
  Portion portion_;
  std::int64_t rows_ = 0;
  std::int64_t rows_done_ = 0;
  std::int64_t panel_ = 0;  ///< where packing goes on
  std::int64_t panel_rows_done_ = 0;
  std::vector<std::int64_t> starts_;  ///< of each panel in packed_, and the end
  AlignedVector<Sum> packed_;
};

}  // namespace actscope::kernels::cpu
