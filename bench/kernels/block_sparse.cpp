// SPDX-License-Identifier: Apache-2.0
#include "block_sparse.hpp"

#include "actscope/kernels/gemm.hpp"
#include "own_panels.hpp"

namespace actscope::bench {

using namespace kernels;

namespace {

class HostBlockSparse : public BlockSparse {
 public:
  HostBlockSparse(const Problem& of, const BlockSpec& spec, Backend backend)
      : BlockSparse(of, spec),
        context_{backend, nullptr},
        panels_(context_, layout(), of.dense.type.dtype),
        result_(static_cast<std::size_t>(of.dense.outputs * of.dense.features)) {}

  void compress() override {
    const Problem& p = problem();
    kernels::compress(context_,
                      contiguous_groups<const void*>(p.input.data(), p.dense.type.dtype, p.images,
                                                     p.rows, p.cols),
                      panels_.view, panels_.workspace.data());
  }
  void product() override {
    multiply(context_, problem(), problem().gradient.data(), as_const(panels_.view),
             result_.data());
  }
  std::vector<float> result() const override { return result_; }

 private:
  ExecutionContext context_;
  OwnPanels panels_;
  std::vector<float> result_;
};

}  // namespace

BlockSparse::BlockSparse(const Problem& problem, const BlockSpec& spec)
    : problem_(problem), layout_(problem.images, problem.rows, problem.cols, spec) {}

std::int64_t BlockSparse::kept_flops() const {
  return 2 * layout_.kept_blocks() * layout_.block_elements() * problem_.dense.outputs;
}

std::int64_t BlockSparse::compress_bytes() const {
  const DType dtype = problem_.dense.type.dtype;
  return problem_.input.size() * size_of(dtype) + layout_.value_bytes(dtype) +
         layout_.index_bytes();
}

std::int64_t BlockSparse::product_bytes() const {
  const DType dtype = problem_.dense.type.dtype;
  return layout_.value_bytes(dtype) + layout_.index_bytes() +
         problem_.gradient.size() * size_of(dtype) +
         problem_.dense.outputs * problem_.dense.features * size_of(result_of(dtype));
}

std::unique_ptr<BlockSparse> make_host_block_sparse(const Problem& problem, const BlockSpec& spec,
                                                    Backend backend) {
  return std::make_unique<HostBlockSparse>(problem, spec, backend);
}

void multiply(const ExecutionContext& context, const Problem& problem, const void* gradient,
              const ConstBsrPanels& panels, void* result) {
  const DenseProduct& p = problem.dense;
  const DType dtype = p.type.dtype;
  const MatrixView dw = contiguous_matrix(result, result_of(dtype), p.outputs, p.features);
  if (problem.is_mixing()) {
    gemm_nt_batched(context,
                    contiguous_groups(gradient, dtype, problem.images, p.outputs, problem.cols),
                    panels, dw);
  } else {
    gemm_tn(context, contiguous_matrix(gradient, dtype, p.depth, p.outputs), panels, dw);
  }
}

}  // namespace actscope::bench
