// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/gemm.hpp"

#include <fmt/format.h>

#include "actscope/base/error.hpp"
#include "operators.hpp"
#include "validation.hpp"

namespace actscope::kernels {

void gemm_tn(const ExecutionContext& context, const ConstMatrixView& dy, const ConstBsrPanels& x,
             const MatrixView& dw, Output output, PanelRange range, const GemmEpilogue& epilogue) {
  range = resolve_range("gemm_tn", x.layout, range);
  validate_view("gemm_tn: dy", dy, 1, rows_of(x.layout, range), dy.cols);
  validate_view("gemm_tn: dw", dw, 1, dy.cols, x.layout.cols());
  validate_same_dtype("gemm_tn: dy and x", dy.dtype, x.dtype);
  validate_same_dtype("gemm_tn: dw and sums of x", dw.dtype, result_of(x.dtype));
  ContextOperators(context)->gemm_tn(context, dy, x, dw, output, range, epilogue);
}

std::int64_t gemm_tn_workspace_bytes(const ExecutionContext& context, const PanelLayout& x,
                                     DType dtype, std::int64_t outputs, PanelRange range) {
  range = resolve_range("gemm_tn_workspace_bytes", x, range);
  return ContextOperators(context)->gemm_tn_workspace_bytes(x, dtype, outputs, range);
}

std::int64_t gemm_nt_batched_workspace_bytes(const ExecutionContext& context, const PanelLayout& y,
                                             DType dtype, std::int64_t mixed, PanelRange range) {
  range = resolve_range("gemm_nt_batched_workspace_bytes", y, range);
  return ContextOperators(context)->gemm_nt_batched_workspace_bytes(y, dtype, mixed, range);
}

void gemm_nt_batched(const ExecutionContext& context, const ConstMatrixView& dt,
                     const ConstBsrPanels& y, const MatrixView& da, Output output,
                     PanelRange range) {
  const PanelLayout& layout = y.layout;
  range = resolve_range("gemm_nt_batched", layout, range);
  const std::int64_t panels = layout.panels_per_group();
  if (panels > 0 && (range.first % panels != 0 || range.count % panels != 0)) {
    throw ShapeMismatch(error_text("gemm_nt_batched: the panel range cuts a group",
                                   fmt::format("got first {} and count {}, {} panels a group",
                                               range.first, range.count, panels)));
  }
  const std::int64_t groups = panels == 0 ? layout.groups() : range.count / panels;
  validate_view("gemm_nt_batched: dt", dt, groups, dt.rows, layout.cols());
  validate_view("gemm_nt_batched: da", da, 1, dt.rows, layout.rows());
  validate_same_dtype("gemm_nt_batched: dt and y", dt.dtype, y.dtype);
  validate_same_dtype("gemm_nt_batched: da and sums of y", da.dtype, result_of(y.dtype));
  ContextOperators(context)->gemm_nt_batched(context, dt, y, da, output, range);
}

void spmm(const ExecutionContext& context, const ConstBsrPanels& x, const ConstMatrixView& w,
          const MatrixView& y) {
  const PanelLayout& layout = x.layout;
  validate_view("spmm: w", w, 1, w.rows, layout.cols());
  validate_view("spmm: y", y, layout.groups(), layout.rows(), w.rows);
  validate_same_dtype("spmm: x and w", x.dtype, w.dtype);
  validate_same_dtype("spmm: y and the sums", y.dtype, result_of(x.dtype));
  ContextOperators(context)->spmm(context.stream, x, w, y);
}

void sddmm(const ExecutionContext& context, const ConstMatrixView& dy, const ConstMatrixView& w,
           const BsrPanels& dx) {
  const PanelLayout& layout = dx.layout;
  validate_view("sddmm: dy", dy, layout.groups(), layout.rows(), dy.cols);
  validate_view("sddmm: w", w, 1, dy.cols, layout.cols());
  validate_same_dtype("sddmm: dy and w", dy.dtype, w.dtype);
  validate_same_dtype("sddmm: dy and dx", dy.dtype, dx.dtype);
  ContextOperators(context)->sddmm(context.stream, dy, w, dx);
}

}  // namespace actscope::kernels
