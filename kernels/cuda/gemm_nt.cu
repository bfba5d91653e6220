// SPDX-License-Identifier: Apache-2.0
// Weight gradient of a token-mixing layer: on tensor cores where types and blocks allow, else
// plain.
#include "strip_launch.cuh"

namespace actscope::kernels::cuda {

void gemm_nt_batched(const ExecutionContext& context, const ConstMatrixView& dt,
                     const ConstBsrPanels& y, const MatrixView& da, Output output,
                     PanelRange range) {
  if (range.count == 0) return add_nothing(context.stream, da, output);
  if (launch_in_strips<Reduce::features>("gemm_nt_batched", context, dt, y, da, output, range,
                                         {})) {
    return;
  }
  gemm_nt_plain(context.stream, dt, y, da, output, range);
}

std::int64_t gemm_nt_batched_workspace_bytes(const PanelLayout& y, DType dtype, std::int64_t mixed,
                                             PanelRange range) {
  const StripPlan plan = plan_strips(Reduce::features, y, dtype, mixed, range, multiprocessors());
  return strip_workspace_bytes(plan, mixed, y.rows());
}

}  // namespace actscope::kernels::cuda
