// SPDX-License-Identifier: Apache-2.0
#include "block_sparse.hpp"

#include "actscope/kernels/gemm.hpp"

namespace actscope::bench {

using namespace kernels;

BlockSparse::BlockSparse(const Problem& problem, const BlockSpec& spec, Backend backend)
    : problem_(problem),
      context_{backend, nullptr},
      panels_(context_, PanelLayout(problem.images, problem.rows, problem.cols, spec),
              problem.dense.dtype),
      result_(static_cast<std::size_t>(problem.dense.outputs * problem.dense.features)) {}

void BlockSparse::compress() {
  kernels::compress(context_,
                    contiguous_groups<const void*>(problem_.input_data(), problem_.dense.dtype,
                                                   problem_.images, problem_.rows, problem_.cols),
                    panels_.view, panels_.workspace.data());
}

void BlockSparse::product() {
  const DenseProduct& p = problem_.dense;
  const MatrixView result =
      contiguous_matrix<void*>(result_.data(), DType::f32, p.outputs, p.features);
  const void* gradient = problem_.gradient_data();
  if (problem_.is_mixing()) {
    gemm_nt_batched(context_,
                    contiguous_groups(gradient, p.dtype, problem_.images, p.outputs, problem_.cols),
                    as_const(panels_.view), result);
  } else {
    gemm_tn(context_, contiguous_matrix(gradient, p.dtype, p.depth, p.outputs),
            as_const(panels_.view), result);
  }
}

std::int64_t BlockSparse::kept_flops() const {
  const PanelLayout& layout = panels_.view.layout;
  return 2 * layout.kept_blocks() * layout.block_elements() * problem_.dense.outputs;
}

std::int64_t BlockSparse::compress_bytes() const {
  const PanelLayout& layout = panels_.view.layout;
  return static_cast<std::int64_t>(problem_.input.size()) * size_of(problem_.dense.dtype) +
         layout.value_bytes(problem_.dense.dtype) + layout.index_bytes();
}

std::int64_t BlockSparse::product_bytes() const {
  const PanelLayout& layout = panels_.view.layout;
  const DType dtype = problem_.dense.dtype;
  return layout.value_bytes(dtype) + layout.index_bytes() +
         static_cast<std::int64_t>(problem_.gradient.size()) * size_of(dtype) +
         static_cast<std::int64_t>(result_.size()) * size_of(result_of(dtype));
}

}  // namespace actscope::bench
