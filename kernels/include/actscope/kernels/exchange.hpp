// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/bsr_panels.hpp"

/// Block-sparse matrices in the layouts of other libraries. Everything here runs on the host, on
/// host memory, and reads nothing that it has not checked.
namespace actscope::kernels {

/// Block Sparse Row as SciPy's bsr_matrix, LibTorch's BSR tensors and cuSPARSE have it; memory
/// owned by the caller. `Index` is std::int32_t or std::int64_t, const where it is read.
///
/// Groups lie one below the other and edge blocks are whole: the matrix that these arrays describe
/// has the shape [bsr_block_rows · block_rows, col_blocks · block_cols], which is the shape of the
/// panels' own matrix where block sides divide its rows (of a group) and columns.
///
/// Shapes  row_starts [bsr_block_rows + 1]; columns [blocks]; values [blocks, block_rows,
///         block_cols] of the panels' dtype, row-major inside a block
template <class Index, class Pointer>
struct BsrArrays {
  Index* row_starts = nullptr;
  Index* columns = nullptr;
  Pointer values = nullptr;
  std::int64_t blocks = 0;
};

/// Rows of blocks, groups together.
std::int64_t bsr_block_rows(const PanelLayout& layout) noexcept;

/// Kept blocks as the index counts them (layout.kept_blocks() unless select is threshold).
std::int64_t kept_blocks(const PanelLayout& layout, const ConstBlockIndex& index) noexcept;

/// A layout that holds any `blocks` blocks of a [rows, cols] matrix: what from_bsr wants for a
/// matrix that somebody else pruned.
///
/// Errors  ShapeMismatch, UnsupportedBlockSize: as PanelLayout; ShapeMismatch: more blocks than fit
PanelLayout layout_for_bsr(std::int64_t rows, std::int64_t cols, std::int64_t block_rows,
                           std::int64_t block_cols, std::int64_t blocks);

/// Checks an index that comes from outside.
/// Errors  ShapeMismatch: bits beyond the last block, column starts that disagree with the mask, or
///         counts that the layout does not have
void validate_index(const PanelLayout& layout, const ConstBlockIndex& index);

/// Panels to BSR, columns of a row ascending.
/// Requires panels with a valid index; out.blocks == kept_blocks(…)
/// Errors   ShapeMismatch: another number of blocks, or more than Index can count
template <class Index>
void to_bsr(const ConstBsrPanels& panels, const BsrArrays<Index, void*>& out);

/// BSR to panels: writes values, mask and column starts; padding becomes zero. Columns of a row may
/// come in any order.
/// Errors   ShapeMismatch: row starts that do not rise from 0 to the number of blocks, columns
///          outside the matrix or twice in a row, counts that the layout does not have, a layout
///          with scales
template <class Index>
void from_bsr(const BsrArrays<const Index, const void*>& from, const BsrPanels& panels);

/// Element-wise CSR of the kept blocks, padding left out, zeros inside blocks kept.
///
/// Shapes  row_starts [total_rows + 1]; columns [elements]; values [elements] of the panels' dtype
template <class Index>
struct CsrArrays {
  Index* row_starts = nullptr;
  Index* columns = nullptr;
  void* values = nullptr;
  std::int64_t elements = 0;
};

/// Elements inside the matrix of all kept blocks.
std::int64_t csr_elements(const PanelLayout& layout, const ConstBlockIndex& index) noexcept;

/// Errors  ShapeMismatch: out.elements is not csr_elements(…), or more than Index can count
template <class Index>
void to_csr(const ConstBsrPanels& panels, const CsrArrays<Index>& out);

extern template void to_bsr(const ConstBsrPanels&, const BsrArrays<std::int32_t, void*>&);
extern template void to_bsr(const ConstBsrPanels&, const BsrArrays<std::int64_t, void*>&);
extern template void from_bsr(const BsrArrays<const std::int32_t, const void*>&, const BsrPanels&);
extern template void from_bsr(const BsrArrays<const std::int64_t, const void*>&, const BsrPanels&);
extern template void to_csr(const ConstBsrPanels&, const CsrArrays<std::int32_t>&);
extern template void to_csr(const ConstBsrPanels&, const CsrArrays<std::int64_t>&);

}  // namespace actscope::kernels
