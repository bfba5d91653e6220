// SPDX-License-Identifier: Apache-2.0
#include "block_sparse.hpp"

#include "actscope/kernels/gemm.hpp"

namespace actscope::bench {

using namespace kernels;

namespace {

constexpr std::int64_t f32_bytes = size_of(DType::f32);

}  // namespace

BlockSparse::BlockSparse(const Problem& problem, const BlockSpec& spec, Backend backend)
    : problem_(problem),
      context_{backend, nullptr},
      panels_(context_, PanelLayout(problem.images, problem.rows, problem.cols, spec)),
      result_(static_cast<std::size_t>(problem.dense.outputs * problem.dense.features)) {}

void BlockSparse::compress() {
  kernels::compress(context_,
                    contiguous_groups<const void*>(problem_.input.data(), DType::f32,
                                                   problem_.images, problem_.rows, problem_.cols),
                    panels_.view, panels_.workspace.data());
}

void BlockSparse::product() {
  const DenseProduct& p = problem_.dense;
  const MatrixView result =
      contiguous_matrix<void*>(result_.data(), DType::f32, p.outputs, p.features);
  const void* gradient = problem_.gradient.data();
  if (problem_.is_mixing()) {
    gemm_nt_batched(
        context_,
        contiguous_groups(gradient, DType::f32, problem_.images, p.outputs, problem_.cols),
        as_const(panels_.view), result);
  } else {
    gemm_tn(context_, contiguous_matrix(gradient, DType::f32, p.depth, p.outputs),
            as_const(panels_.view), result);
  }
}

std::int64_t BlockSparse::kept_flops() const {
  const PanelLayout& layout = panels_.view.layout;
  return 2 * layout.kept_blocks() * layout.block_elements() * problem_.dense.outputs;
}

std::int64_t BlockSparse::compress_bytes() const {
  const PanelLayout& layout = panels_.view.layout;
  return static_cast<std::int64_t>(problem_.input.size()) * f32_bytes +
         layout.value_bytes(DType::f32) + layout.index_bytes();
}

std::int64_t BlockSparse::product_bytes() const {
  const PanelLayout& layout = panels_.view.layout;
  return layout.value_bytes(DType::f32) + layout.index_bytes() +
         static_cast<std::int64_t>(problem_.gradient.size() + result_.size()) * f32_bytes;
}

}  // namespace actscope::bench
