// SPDX-License-Identifier: Apache-2.0
#include "torch_ops/panel_arguments.hpp"

#include "actscope/base/error.hpp"
#include "actscope/kernels/exchange.hpp"
#include "tensors/tensor_views.hpp"

namespace actscope::torch_ops {
namespace {

using kernels::Select;

std::string text_of(c10::IntArrayRef numbers) {
  std::string text = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(numbers[i]);
  }
  return text + "]";
}

Select select_of(std::string_view text) {
  std::string known;
  for (const Select select : kernels::all_selects) {
    if (text == name_of(select)) return select;
    known += (known.empty() ? "" : ", ") + std::string(name_of(select));
  }
  throw ConfigError(error_text("not a way of selecting blocks: '" + std::string(text) + "'", {},
                               "give one of " + known));
}

void require_tensor(const char* name, const at::Tensor& tensor, std::int64_t elements,
                    at::ScalarType type, const at::Device& device) {
  if (tensor.numel() == elements && tensor.scalar_type() == type && tensor.device() == device &&
      tensor.is_contiguous()) {
    return;
  }
  throw ShapeMismatch(error_text(
      std::string(name) + " does not fit the matrix",
      "got " + text_of(tensor.sizes()) + " " + c10::toString(tensor.scalar_type()) + " on " +
          tensor.device().str() + ", expected " + std::to_string(elements) + " contiguous " +
          c10::toString(type) + " on " + device.str(),
      "give what actscope::compress returned, and the same size, block, sparsity and select"));
}

const std::uint32_t* words_of(const at::Tensor& tensor) {
  return reinterpret_cast<const std::uint32_t*>(tensor.const_data_ptr<std::int32_t>());
}

}  // namespace

kernels::BlockSpec spec_of(std::size_t rank, c10::IntArrayRef block, double sparsity,
                           std::string_view select, bool unbiased) {
  if (rank < 2 || rank > 3) {
    throw ShapeMismatch(error_text("not the size of a matrix",
                                   "got " + std::to_string(rank) + " numbers",
                                   "give [rows, cols] or [groups, rows, cols]"));
  }
  if (block.empty() || block.size() > 2) {
    throw ShapeMismatch(
        error_text("not the sides of a block", text_of(block), "give [block_rows, block_cols]"));
  }
  kernels::BlockSpec spec{block.front(), block.back(), sparsity, select_of(select)};
  if (unbiased) spec.rescale = kernels::Rescale::unbiased;
  spec.validate();
  return spec;
}

kernels::PanelLayout PanelArguments::layout() const {
  const kernels::BlockSpec spec = spec_of(size.size(), block, sparsity, select, unbiased);
  const std::size_t last = size.size();
  return {last == 3 ? size[0] : 1, size[last - 2], size[last - 1], spec};
}

kernels::ConstBlockIndex index_of(const kernels::PanelLayout& layout, const at::Tensor& mask,
                                  const at::Tensor& column_starts, const at::Tensor& scales) {
  require_tensor("mask", mask, layout.mask_words(), at::kInt, mask.device());
  require_tensor("column_starts", column_starts, layout.column_starts(), at::kInt, mask.device());
  kernels::ConstBlockIndex index{words_of(mask), words_of(column_starts)};
  if (mask.is_cpu()) validate_index(layout, index);
  if (layout.scales() > 0) {
    require_tensor("scales", scales, layout.scales(), at::kFloat, mask.device());
    index.scales = scales.const_data_ptr<float>();
  }
  return index;
}

kernels::ConstBsrPanels panels_of(const kernels::PanelLayout& layout, const at::Tensor& values,
                                  const at::Tensor& mask, const at::Tensor& column_starts) {
  require_tensor("values", values, layout.kept_blocks() * layout.block_elements(),
                 values.scalar_type(), mask.device());
  return {layout, core::dtype_of(values), values.const_data_ptr(),
          index_of(layout, mask, column_starts, {})};
}

}  // namespace actscope::torch_ops
