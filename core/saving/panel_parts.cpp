// SPDX-License-Identifier: Apache-2.0
#include "saving/panel_parts.hpp"

#include "actscope/kernels/compress.hpp"
#include "tensors/tensor_views.hpp"

namespace actscope::core {

kernels::PanelLayout layout_of(const SlotShape& shape, const kernels::BlockSpec& blocks) {
  return {shape.groups, shape.rows, shape.cols, blocks};
}

std::int64_t panel_at(const SlotShape& shape, const kernels::PanelLayout& layout,
                      std::int64_t unit) {
  if (shape.by_group) return unit * layout.panels_per_group();
  return unit == shape.rows ? layout.panels() : unit / layout.panel_rows();
}

torch::Tensor words(std::int64_t count, const torch::TensorOptions& options) {
  return torch::empty({count}, options.dtype(torch::kInt32));
}

std::uint32_t* word_data(const torch::Tensor& tensor) {
  return reinterpret_cast<std::uint32_t*>(tensor.data_ptr<std::int32_t>());
}

float* float_data(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

kernels::ConstMatrixView view_of(const torch::Tensor& part, const SlotShape& part_shape) {
  return const_view(part, part_shape.groups, part_shape.rows, part_shape.cols);
}

void choose_blocks(const torch::Tensor& part, const SlotShape& part_shape,
                   const kernels::PanelLayout& layout, const kernels::BlockIndex& index,
                   const StoreDraw& draw, std::int64_t first_block) {
  const kernels::ExecutionContext context = context_of(part);
  const auto workspace = torch::empty({kernels::compress_workspace_bytes(context, layout)},
                                      part.options().dtype(torch::kUInt8));
  // Without a threshold of an earlier step, as many as `global` keeps.
  torch::Tensor threshold = draw.threshold;
  if (layout.spec().select == kernels::Select::threshold && !threshold.defined()) {
    threshold = torch::zeros({1}, part.options().dtype(torch::kFloat64));
  }
  kernels::select_blocks(
      context, view_of(part, part_shape), layout, index, workspace.mutable_data_ptr(),
      {draw.seed, first_block, threshold.defined() ? threshold.data_ptr<double>() : nullptr});
}

}  // namespace actscope::core
