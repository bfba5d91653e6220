// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "check.hpp"
#include "kernels.hpp"
#include "launch.cuh"
#include "strip_product.cuh"

namespace actscope::kernels::cuda {

/// Whether 16-byte copies reach every row of a view.
inline bool has_aligned_rows(const ConstMatrixView& view) {
  const std::int64_t size = size_of(view.dtype);
  return reinterpret_cast<std::uintptr_t>(view.data) % 16 == 0 &&
         view.row_stride * size % 16 == 0 &&
         (view.groups <= 1 || view.group_stride * size % 16 == 0);
}
/// Whether 16-byte copies reach every row of a stored block.
inline bool has_aligned_rows(const ConstBsrPanels& panels) {
  return reinterpret_cast<std::uintptr_t>(panels.values) % 16 == 0 &&
         panels.layout.block_cols() * size_of(panels.dtype) % 16 == 0;
}

/// Memory for the sums of the parts of a split reduction: the workspace, where that is too small
/// the scratch source; null where neither has it.
class PartSums {
 public:
  PartSums(const ExecutionContext& context, std::int64_t bytes) : scratch_(context.scratch) {
    if (bytes == 0) return;
    if (context.workspace.data != nullptr && context.workspace.bytes >= bytes) {
      data_ = context.workspace.data;
    } else if (scratch_ != nullptr) {
      data_ = taken_ = scratch_->take(bytes, context.stream);
    }
  }
  ~PartSums() {
    if (taken_ != nullptr) scratch_->give_back(taken_);
  }
  PartSums(const PartSums&) = delete;
  PartSums& operator=(const PartSums&) = delete;

  float* data() const { return static_cast<float*>(data_); }

 private:
  const ScratchSource* scratch_;
  void* data_ = nullptr;
  void* taken_ = nullptr;
};

/// Runs a product as planned; splits the reduction where there is memory for it.
/// Requires plan.fits, stages >= 2
template <Reduce over, class T, Arithmetic arithmetic>
void launch_strips(const char* name, const ExecutionContext& context, const StripPlan& plan,
                   int stages, const ConstMatrixView& left, const ConstBsrPanels& right,
                   const MatrixView& out, Output output, PanelRange range,
                   const GemmEpilogue& epilogue) {
  StripProblem<T> problem;
  problem.left = device_matrix<const T>(left);
  problem.values = static_cast<const T*>(right.values);
  problem.layout = make_device_layout(right.layout);
  problem.index = right.index;
  problem.range = range;
  problem.out = device_matrix<float>(out);
  problem.output = output;
  problem.epilogue = DeviceEpilogue<float>(epilogue);
  problem.left_rows = out.rows;
  problem.columns = out.cols;
  if (range.count > 0) {
    const PanelExtent origin = right.layout.panel(range.first);
    problem.first_token = origin.group * right.layout.rows() + origin.first_row;
    problem.first_group = origin.group;
  }
  problem.plan = plan;
  problem.stages = stages;
  problem.block_rows = Divider(right.layout.block_rows());
  problem.block_cols = Divider(right.layout.block_cols());
  problem.panel_row_blocks = Divider(right.layout.panel_rows() / right.layout.block_rows());
  problem.left_is_aligned = has_aligned_rows(left);
  problem.values_are_aligned = has_aligned_rows(right);
  problem.is_regular = problem.values_are_aligned && right.layout.block_rows() % 8 == 0 &&
                       right.layout.block_cols() % 8 == 0;
  const PartSums sums(context, strip_workspace_bytes(plan, out.rows, out.cols));
  const bool is_split = sums.data() != nullptr;
  if (is_split) {
    problem.parts_out = sums.data();
    problem.parts_bias = problem.parts_out + plan.parts * out.rows * out.cols;
  }

  GridPlan grid = plan_grid(plan.tiles() * (is_split ? plan.parts : 1), 1, plan.threads());
  grid.shared_bytes = static_cast<unsigned>(strip_shared_bytes(over, plan, stages));
  constexpr int wide = over == Reduce::tokens ? 6 : 4;
  const auto kernel = plan.warps_across == wide ? strip_kernel<T, over, wide, arithmetic>
                                                : strip_kernel<T, over, 2, arithmetic>;
  launch(name, grid, context.stream, kernel, problem);
  if (!is_split) return;
  add_parts(context.stream, problem.parts_out, plan.parts, out, output);
  if (epilogue.bias_gradient == nullptr) return;
  const auto bias = contiguous_matrix<void*>(epilogue.bias_gradient, DType::f32, 1, out.rows);
  add_parts(context.stream, problem.parts_bias, plan.parts, bias, output);
}

/// Whether the product was run in strips.
template <Reduce over>
bool launch_in_strips(const char* name, const ExecutionContext& context,
                      const ConstMatrixView& left, const ConstBsrPanels& right,
                      const MatrixView& out, Output output, PanelRange range,
                      const GemmEpilogue& epilogue) {
  const DeviceLimits limits = device_limits();
  const StripPlan plan =
      plan_strips(over, right.layout, right.dtype, out.rows, range, limits.multiprocessors);
  if (!plan.fits) return false;
  const int stages = strip_stages(over, plan, limits.shared_bytes);
  if (stages == 0) return false;
  const auto run = [&]<class T, Arithmetic arithmetic>() {
    launch_strips<over, T, arithmetic>(name, context, plan, stages, left, right, out, output, range,
                                       epilogue);
  };
  if (right.dtype == DType::bf16) {
    run.template operator()<bfloat16, Arithmetic::tensor>();
  } else if (right.dtype == DType::f16) {
    run.template operator()<float16, Arithmetic::tensor>();
  } else if (context.precision == Precision::tf32) {
    run.template operator()<float, Arithmetic::tensor>();
  } else {
    run.template operator()<float, Arithmetic::fused>();
  }
  return true;
}

}  // namespace actscope::kernels::cuda
