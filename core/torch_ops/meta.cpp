// SPDX-License-Identifier: Apache-2.0
// Shapes of results from shapes alone.
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include "actscope/base/error.hpp"
#include "torch_ops/operators.hpp"
#include "torch_ops/panel_arguments.hpp"

namespace actscope::torch_ops::meta {
namespace {

Tensor values_for(const kernels::PanelLayout& layout, const Tensor& like) {
  return at::empty({layout.kept_blocks(), layout.block_rows(), layout.block_cols()},
                   like.options());
}

Tensor words_for(std::int64_t count, const Tensor& like) {
  return at::empty({count}, like.options().dtype(at::kInt));
}

// Products of types of two bytes are summed and returned in f32.
at::TensorOptions result_options(const Tensor& values) {
  const bool is_narrow = values.scalar_type() == at::kBFloat16 || values.scalar_type() == at::kHalf;
  return values.options().dtype(is_narrow ? at::kFloat : values.scalar_type());
}

void require_sizes(const char* what, const std::vector<std::int64_t>& sizes, std::size_t rank,
                   std::size_t dimension, std::int64_t expected) {
  if (sizes.size() == rank && sizes[dimension] == expected) return;
  throw ShapeMismatch(error_text(std::string(what) + " does not fit the block-sparse matrix",
                                 "dimension " + std::to_string(dimension) + " of " +
                                     std::to_string(rank) + " must be " +
                                     std::to_string(expected)));
}

Four parts_of(const kernels::PanelLayout& layout, const Tensor& x) {
  return {values_for(layout, x), words_for(layout.mask_words(), x),
          words_for(layout.column_starts(), x),
          at::empty({layout.scales()}, x.options().dtype(at::kFloat))};
}

}  // namespace

Four compress(const Tensor& x, c10::IntArrayRef block, double sparsity, std::string_view select,
              bool unbiased, std::int64_t) {
  const std::vector<std::int64_t> size = sizes_of(x);
  const kernels::PanelLayout layout =
      PanelArguments{size, block, sparsity, select, unbiased}.layout();
  if (layout.spec().select == kernels::Select::threshold) {
    throw ConfigError(error_text("compress has no threshold", {},
                                 "call compress_threshold, which takes one and gives the next"));
  }
  return parts_of(layout, x);
}

Five compress_threshold(const Tensor& x, const Tensor& threshold, c10::IntArrayRef block,
                        double sparsity, bool unbiased, std::int64_t) {
  if (threshold.scalar_type() != at::kDouble || threshold.sym_numel() != 1 ||
      threshold.device() != x.device()) {
    throw ShapeMismatch(
        error_text("not a threshold",
                   std::string("got ") + c10::toString(threshold.scalar_type()) + " on " +
                       threshold.device().str() + ", expected one float64 on " + x.device().str(),
                   "start with torch.zeros(1, dtype=torch.float64), go on with what was returned"));
  }
  const std::vector<std::int64_t> size = sizes_of(x);
  const kernels::PanelLayout layout =
      PanelArguments{size, block, sparsity, name_of(kernels::Select::threshold), unbiased}.layout();
  auto [values, mask, column_starts, scales] = parts_of(layout, x);
  return {values, mask, column_starts, scales, at::empty_like(threshold)};
}

Tensor gather(const Tensor& x, const Tensor&, const Tensor&, const Tensor&, c10::IntArrayRef block,
              double sparsity, std::string_view select, bool unbiased) {
  const std::vector<std::int64_t> size = sizes_of(x);
  return values_for(PanelArguments{size, block, sparsity, select, unbiased}.layout(), x);
}

Tensor decompress(const Tensor& values, const Tensor&, const Tensor&, c10::IntArrayRef size,
                  c10::IntArrayRef block, double sparsity, std::string_view select) {
  (void)PanelArguments{size, block, sparsity, select}.layout();
  return at::empty(size, values.options());
}

Tensor gemm_tn(const Tensor& dy, const Tensor& values, const Tensor&, const Tensor&,
               c10::IntArrayRef size, c10::IntArrayRef block, double sparsity,
               std::string_view select) {
  const kernels::PanelLayout layout = PanelArguments{size, block, sparsity, select}.layout();
  const std::vector<std::int64_t> sizes = sizes_of(dy);
  require_sizes("dy", sizes, 2, 0, layout.total_rows());
  return at::empty({sizes[1], layout.cols()}, result_options(values));
}

Tensor gemm_nt(const Tensor& dt, const Tensor& values, const Tensor&, const Tensor&,
               c10::IntArrayRef size, c10::IntArrayRef block, double sparsity,
               std::string_view select) {
  const kernels::PanelLayout layout = PanelArguments{size, block, sparsity, select}.layout();
  const std::vector<std::int64_t> sizes = sizes_of(dt);
  require_sizes("dt", sizes, 3, 0, layout.groups());
  require_sizes("dt", sizes, 3, 2, layout.cols());
  return at::empty({sizes[1], layout.rows()}, result_options(values));
}

Three to_bsr(const Tensor& values, const Tensor& mask, const Tensor&, c10::IntArrayRef size,
             c10::IntArrayRef block, double sparsity, std::string_view select) {
  const kernels::PanelLayout layout = PanelArguments{size, block, sparsity, select}.layout();
  const std::int64_t group_rows = (layout.rows() + layout.block_rows() - 1) / layout.block_rows();
  const auto indices = mask.options().dtype(at::kLong);
  return {at::empty({layout.groups() * group_rows + 1}, indices),
          at::empty({layout.kept_blocks()}, indices), values_for(layout, values)};
}

Three from_bsr(const Tensor&, const Tensor&, const Tensor& values, c10::IntArrayRef size,
               c10::IntArrayRef block, double sparsity, std::string_view select) {
  const kernels::PanelLayout layout = PanelArguments{size, block, sparsity, select}.layout();
  return {values_for(layout, values), words_for(layout.mask_words(), values),
          words_for(layout.column_starts(), values)};
}

}  // namespace actscope::torch_ops::meta
