// SPDX-License-Identifier: Apache-2.0
#include "cpu/gather.hpp"

#include <cstring>
#include <numeric>

#include "common/block_walk.hpp"

namespace actscope::kernels::cpu {
namespace {

// Copies rows of `bytes` bytes, a number known when compiling where it is not 0.
template <std::size_t fixed_bytes>
void copy_rows(const std::byte* from, std::int64_t from_stride, std::int64_t rows,
               std::size_t bytes, std::byte* to) {
  const std::size_t count = fixed_bytes != 0 ? fixed_bytes : bytes;
  for (std::int64_t i = 0; i < rows; ++i) {
    std::memcpy(to, from, count);
    from += from_stride;
    to += count;
  }
}

template <class T>
void copy_edge_block(const ConstMatrixView& x, const PanelLayout& layout, std::int64_t group,
                     const BlockExtent& block, T* values) {
  for (std::int64_t i = 0; i < block.rows; ++i) {
    T* row = values + i * layout.block_cols();
    std::copy_n(element<const T>(x, group, block.row + i, block.col), block.cols, row);
    std::fill_n(row + block.cols, layout.block_cols() - block.cols, T(0));
  }
  std::fill(values + block.rows * layout.block_cols(), values + layout.block_elements(), T(0));
}

// What a panel's blocks are copied from and to.
template <class T>
class PanelGather {
 public:
  PanelGather(const ConstMatrixView& x, const BsrPanels& panels, const PanelExtent& panel)
      : x_(x),
        panels_(panels),
        panel_(panel),
        whole_rows_(panel.rows / panels.layout.block_rows()),
        whole_cols_(panels.layout.cols() / panels.layout.block_cols()),
        first_(element<const T>(x, panel.group, panel.first_row, 0)) {}

  // `fixed_bytes`: of a block's row; 0: known at run time only.
  template <std::size_t fixed_bytes>
  void copy_block(std::int64_t r, std::int64_t c, std::int64_t position) const {
    constexpr auto size = static_cast<std::int64_t>(sizeof(T));
    const PanelLayout& layout = panels_.layout;
    T* values = static_cast<T*>(panels_.values) + position * layout.block_elements();
    if (r < whole_rows_ && c < whole_cols_) {
      const T* from = first_ + r * layout.block_rows() * x_.row_stride + c * layout.block_cols();
      copy_rows<fixed_bytes>(reinterpret_cast<const std::byte*>(from), x_.row_stride * size,
                             layout.block_rows(),
                             static_cast<std::size_t>(layout.block_cols() * size),
                             reinterpret_cast<std::byte*>(values));
    } else {
      copy_edge_block(x_, layout, panel_.group, block_extent(layout, panel_, r, c), values);
    }
    apply_scale(panels_, position, values);
  }

  template <std::size_t fixed_bytes>
  void down_the_columns() const {
    for_each_kept_block(panel_, panels_.index, [&](auto r, auto c, auto position) {
      copy_block<fixed_bytes>(r, c, position);
    });
  }

  // Several narrow blocks share each line of x: read it once, from left to right.
  template <std::size_t fixed_bytes>
  void along_the_rows(KeptRows& kept) const {
    const std::int64_t first = first_value(panel_, panels_.index);
    kept.sort(panel_, panels_.index.mask);
    for (std::int64_t r = 0; r < panel_.row_blocks; ++r) {
      for (const KeptRows::Place& place : kept.row(r)) {
        copy_block<fixed_bytes>(r, place.col_block, first + place.position);
      }
    }
  }

 private:
  const ConstMatrixView& x_;
  const BsrPanels& panels_;
  const PanelExtent& panel_;
  std::int64_t whole_rows_, whole_cols_;
  const T* first_;
};

template <class T>
void gather(const ConstMatrixView& x, const BsrPanels& panels, const PanelExtent& panel,
            KeptRows& kept) {
  const PanelGather<T> gather(x, panels, panel);
  switch (panels.layout.block_cols() * static_cast<std::int64_t>(sizeof(T))) {
    case 8:
      return gather.template along_the_rows<8>(kept);
    case 16:
      return gather.template along_the_rows<16>(kept);
    case 32:
      return gather.template down_the_columns<32>();
    case 64:
      return gather.template down_the_columns<64>();
    default:
      return gather.template down_the_columns<0>();
  }
}

}  // namespace

void KeptRows::sort(const PanelExtent& panel, const std::uint32_t* mask) {
  starts_.assign(static_cast<std::size_t>(panel.row_blocks) + 2, 0);
  std::uint32_t kept = 0;
  for_each_kept_place(panel, mask, [&](std::uint32_t r, std::uint32_t, std::uint32_t) {
    ++starts_[r + 2];
    ++kept;
  });
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  places_.resize(kept);
  // starts_[r + 1] counts on from where row r begins: at the end it is where row r + 1 begins.
  for_each_kept_place(panel, mask, [&](std::uint32_t r, std::uint32_t c, std::uint32_t position) {
    places_[starts_[r + 1]++] = {c, position};
  });
}

void gather_panel(const ConstMatrixView& x, const BsrPanels& panels, const PanelExtent& panel,
                  KeptRows& scratch) {
  dispatch_dtype(x.dtype, [&]<class T>() { gather<T>(x, panels, panel, scratch); });
}

}  // namespace actscope::kernels::cpu
