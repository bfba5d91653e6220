// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "common/block_walk.hpp"
#include "cpu/entries.hpp"
#include "cpu/gather.hpp"
#include "cpu/selection.hpp"
#include "cpu/shared_work.hpp"

namespace actscope::kernels::cpu {
namespace {

// Rows [first, first + rows) of a group, as a matrix of its own.
template <class Pointer>
BasicMatrixView<Pointer> rows_of(const BasicMatrixView<Pointer>& view, std::int64_t group,
                                 std::int64_t first, std::int64_t rows) {
  using Byte = std::conditional_t<std::is_same_v<Pointer, void*>, std::byte, const std::byte>;
  BasicMatrixView<Pointer> part = view;
  part.data = static_cast<Byte*>(view.data) +
              (group * view.group_stride + first * view.row_stride) * size_of(view.dtype);
  part.groups = 1;
  part.rows = rows;
  return part;
}

// Selection over the whole matrix: u is made first.
void compress_whole(const ConstMatrixView& h, const MatrixView* u, const BsrPanels& panels,
                    const Draw& draw) {
  std::vector<std::byte> memory;
  MatrixView result;
  if (u != nullptr) {
    result = *u;
  } else {
    memory.resize(static_cast<std::size_t>(h.total_rows() * h.cols * size_of(h.dtype)));
    result = contiguous_groups<void*>(memory.data(), h.dtype, h.groups, h.rows, h.cols);
  }
  gelu(nullptr, h, result, {});
  compress(nullptr, as_const(result), panels, nullptr, draw);
}

}  // namespace

// A panel is selected and gathered while its rows of u are still in a cache.
void gelu_compress(void*, const ConstMatrixView& h, const MatrixView* u, const BsrPanels& panels,
                   void*, const Draw& draw) {
  const PanelLayout& layout = panels.layout;
  if (counts_follow_data(layout.spec().select)) return compress_whole(h, u, panels, draw);
  SharedWork work(layout.panels());
#pragma omp parallel
  {
    PanelSelector selector;
    KeptRows scratch;
    std::vector<std::byte> memory;
    work.run([&](std::int64_t p) {
      PanelExtent panel = layout.panel(p);
      MatrixView rows;
      if (u != nullptr) {
        rows = rows_of(*u, panel.group, panel.first_row, panel.rows);
      } else {
        memory.resize(static_cast<std::size_t>(panel.rows * h.cols * size_of(h.dtype)));
        rows = contiguous_matrix<void*>(memory.data(), h.dtype, panel.rows, h.cols);
      }
      gelu(nullptr, rows_of(h, panel.group, panel.first_row, panel.rows), rows, {});
      panel.group = 0;  // where `rows` has it
      panel.first_row = 0;
      selector.select(as_const(rows), layout, panel, draw, panels.index);
      gather_panel(as_const(rows), panels, panel, scratch);
    });
    leave_region(work);
  }
}

}  // namespace actscope::kernels::cpu
