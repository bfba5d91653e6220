// SPDX-License-Identifier: Apache-2.0
#include "block_sparse.hpp"

#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/gemm.hpp"

namespace actscope::bench::cuda {
namespace {

using namespace kernels;

class DeviceBlockSparse : public BlockSparse {
 public:
  DeviceBlockSparse(const Problem& of, const BlockSpec& spec, const Stream& stream)
      : BlockSparse(of, spec),
        context_{Backend::cuda, stream.get(), of.dense.type.precision},
        input_(uploaded(of.input.data(), of.input.size() * size_of(dtype()))),
        gradient_(uploaded(of.gradient.data(), of.gradient.size() * size_of(dtype()))),
        values_(layout().value_bytes(dtype())),
        mask_(layout().mask_bytes()),
        starts_(layout().column_start_bytes()),
        workspace_(compress_workspace_bytes(context_, layout())),
        split_(split_bytes()),
        result_(of.dense.outputs * of.dense.features * size_of(result_of(dtype()))) {
    context_.workspace = {split_.data(), split_.bytes()};
  }

  void compress() override {
    const Problem& p = problem();
    kernels::compress(
        context_, contiguous_groups<const void*>(input_.data(), dtype(), p.images, p.rows, p.cols),
        panels(), workspace_.data());
  }
  void product() override {
    multiply(context_, problem(), gradient_.data(), as_const(panels()), result_.data());
  }
  std::vector<float> result() const override {
    return downloaded<float>(result_, problem().dense.outputs * problem().dense.features);
  }

 private:
  DType dtype() const { return problem().dense.type.dtype; }
  std::int64_t split_bytes() const {
    const std::int64_t outputs = problem().dense.outputs;
    return problem().is_mixing()
               ? gemm_nt_batched_workspace_bytes(context_, layout(), dtype(), outputs)
               : gemm_tn_workspace_bytes(context_, layout(), dtype(), outputs);
  }
  BsrPanels panels() const {
    return {
        layout(),
        dtype(),
        values_.data(),
        {static_cast<std::uint32_t*>(mask_.data()), static_cast<std::uint32_t*>(starts_.data())}};
  }

  ExecutionContext context_;
  DeviceMemory input_, gradient_, values_, mask_, starts_, workspace_, split_, result_;
};

}  // namespace

std::unique_ptr<BlockSparse> make_device_block_sparse(const Problem& problem, const BlockSpec& spec,
                                                      const Stream& stream) {
  return std::make_unique<DeviceBlockSparse>(problem, spec, stream);
}

}  // namespace actscope::bench::cuda
