// SPDX-License-Identifier: Apache-2.0
// Weight gradient of a linear layer: in strips where types and blocks allow, else plain.
#include "strip_launch.cuh"

namespace actscope::kernels::cuda {

void gemm_tn(const ExecutionContext& context, const ConstMatrixView& dy, const ConstBsrPanels& x,
             const MatrixView& dw, Output output, PanelRange range, const GemmEpilogue& epilogue) {
  if (range.count == 0) {
    add_nothing(context.stream, dw, output);
    if (epilogue.bias_gradient == nullptr) return;
    const auto bias = contiguous_matrix<void*>(epilogue.bias_gradient, dw.dtype, 1, dw.rows);
    return add_nothing(context.stream, bias, output);
  }
  if (launch_in_strips<Reduce::tokens>("gemm_tn", context, dy, x, dw, output, range, epilogue)) {
    return;
  }
  gemm_tn_plain(context.stream, dy, x, dw, output, range, epilogue);
}

std::int64_t gemm_tn_workspace_bytes(const PanelLayout& x, DType dtype, std::int64_t outputs,
                                     PanelRange range) {
  const StripPlan plan = plan_strips(Reduce::tokens, x, dtype, outputs, range, multiprocessors());
  return strip_workspace_bytes(plan, outputs, x.cols());
}

}  // namespace actscope::kernels::cuda
