// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/compress.hpp"

#include "operators.hpp"
#include "validation.hpp"

namespace actscope::kernels {

std::int64_t compress_workspace_bytes(const ExecutionContext& context, const PanelLayout& layout) {
  return ContextOperators(context)->compress_workspace_bytes(layout);
}

void select_blocks(const ExecutionContext& context, const ConstMatrixView& x,
                   const PanelLayout& layout, const BlockIndex& index, void* workspace,
                   const Draw& draw) {
  validate_view("select_blocks: x", x, layout.groups(), layout.rows(), layout.cols());
  validate_scales("select_blocks", layout, index);
  validate_draw("select_blocks", layout, draw);
  ContextOperators(context)->select_blocks(context.stream, x, layout, index, workspace, draw);
}

void gather_blocks(const ExecutionContext& context, const ConstMatrixView& x,
                   const BsrPanels& panels, PanelRange range) {
  const PanelLayout& layout = panels.layout;
  validate_view("gather_blocks: x", x, layout.groups(), layout.rows(), layout.cols());
  validate_same_dtype("gather_blocks: x and panels", x.dtype, panels.dtype);
  range = resolve_range("gather_blocks", layout, range);
  validate_scales("gather_blocks", layout, panels.index);
  ContextOperators(context)->gather_blocks(context.stream, x, panels, range);
}

void compress(const ExecutionContext& context, const ConstMatrixView& x, const BsrPanels& panels,
              void* workspace, const Draw& draw) {
  const PanelLayout& layout = panels.layout;
  validate_view("compress: x", x, layout.groups(), layout.rows(), layout.cols());
  validate_same_dtype("compress: x and panels", x.dtype, panels.dtype);
  validate_scales("compress", layout, panels.index);
  validate_draw("compress", layout, draw);
  ContextOperators(context)->compress(context.stream, x, panels, workspace, draw);
}

void column_starts_from_mask(const ExecutionContext& context, const PanelLayout& layout,
                             const BlockIndex& index) {
  ContextOperators(context)->column_starts_from_mask(context.stream, layout, index);
}

void decompress(const ExecutionContext& context, const ConstBsrPanels& panels,
                const MatrixView& out) {
  const PanelLayout& layout = panels.layout;
  validate_view("decompress: out", out, layout.groups(), layout.rows(), layout.cols());
  validate_same_dtype("decompress: out and panels", out.dtype, panels.dtype);
  ContextOperators(context)->decompress(context.stream, panels, out);
}

}  // namespace actscope::kernels
