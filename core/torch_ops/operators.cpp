// SPDX-License-Identifier: Apache-2.0
// What computes, on the CPU or a CUDA device.
#include "torch_ops/operators.hpp"

#include <ATen/ops/empty.h>

#include "actscope/base/error.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/exchange.hpp"
#include "actscope/kernels/gemm.hpp"
#include "tensors/tensor_views.hpp"
#include "torch_ops/panel_arguments.hpp"

namespace actscope::torch_ops::device {
namespace {

std::uint32_t* words_of(const Tensor& tensor) {
  return reinterpret_cast<std::uint32_t*>(tensor.data_ptr<std::int32_t>());
}

kernels::BsrPanels writable_panels(const kernels::PanelLayout& layout, const Tensor& values,
                                   const Tensor& mask, const Tensor& column_starts) {
  return {layout,
          core::dtype_of(values),
          values.mutable_data_ptr(),
          {words_of(mask), words_of(column_starts)}};
}

void require_same(const char* what, const Tensor& a, const Tensor& b) {
  if (a.scalar_type() == b.scalar_type() && a.device() == b.device()) return;
  throw ShapeMismatch(error_text(std::string(what) + " differ in element type or device",
                                 std::string(c10::toString(a.scalar_type())) + " on " +
                                     a.device().str() + ", " + c10::toString(b.scalar_type()) +
                                     " on " + b.device().str()));
}

void require_cpu(const char* what, const Tensor& tensor) {
  if (tensor.is_cpu()) return;
  throw DeviceError(error_text(std::string(what) + " works on the host",
                               "got a tensor on " + tensor.device().str(), "call .cpu() first"));
}

void compress_into(const Tensor& x, const kernels::PanelLayout& layout, const Tensor& values,
                   const Tensor& mask, const Tensor& column_starts, const Tensor& scales,
                   const kernels::Draw& draw) {
  kernels::BsrPanels panels = writable_panels(layout, values, mask, column_starts);
  if (layout.scales() > 0) panels.index.scales = scales.mutable_data_ptr<float>();
  const Tensor dense = x.contiguous();
  const kernels::ExecutionContext context = core::context_of(dense);
  const Tensor workspace =
      at::empty({compress_workspace_bytes(context, layout)}, x.options().dtype(at::kByte));
  kernels::compress(context, core::const_view(dense, layout.groups(), layout.rows(), layout.cols()),
                    panels, workspace.mutable_data_ptr(), draw);
}

// A seed on the CPU, where it is drawn, is read without a wait.
std::uint64_t seed_of(const OptionalTensor& seed) {
  return seed ? static_cast<std::uint64_t>(seed->item<std::int64_t>()) : 0;
}

Tensor product(const Tensor& left, const Tensor& values, const Tensor& mask,
               const Tensor& column_starts, const kernels::PanelLayout& layout, const Tensor& out,
               bool by_group) {
  require_same("the dense matrix and values", left, values);
  const Tensor dense = left.contiguous();
  const kernels::ConstBsrPanels panels = panels_of(layout, values, mask, column_starts);
  const kernels::MatrixView result = core::mutable_view(out, 1, out.size(0), out.size(1));
  const kernels::ExecutionContext context = core::context_of(dense);
  if (by_group) {
    gemm_nt_batched(context, core::const_view(dense, dense.size(0), dense.size(1), dense.size(2)),
                    panels, result);
  } else {
    gemm_tn(context, core::const_view(dense, 1, dense.size(0), dense.size(1)), panels, result);
  }
  return out;
}

}  // namespace

Four compress(const Tensor& x, c10::IntArrayRef block, double sparsity, std::string_view select,
              bool unbiased, const OptionalTensor& seed) {
  Four result = meta::compress(x, block, sparsity, select, unbiased, seed);
  const auto& [values, mask, column_starts, scales] = result;
  compress_into(x, PanelArguments{x.sizes(), block, sparsity, select, unbiased}.layout(), values,
                mask, column_starts, scales, {seed_of(seed)});
  return result;
}

Five compress_threshold(const Tensor& x, const Tensor& threshold, c10::IntArrayRef block,
                        double sparsity, bool unbiased, const OptionalTensor& seed) {
  Five result = meta::compress_threshold(x, threshold, block, sparsity, unbiased, seed);
  const auto& [values, mask, column_starts, scales, next] = result;
  values.zero_();  // fewer blocks may be kept than there is room for
  next.copy_(threshold);
  const std::string_view select = name_of(kernels::Select::threshold);
  compress_into(x, PanelArguments{x.sizes(), block, sparsity, select, unbiased}.layout(), values,
                mask, column_starts, scales, {seed_of(seed), 0, next.mutable_data_ptr<double>()});
  return result;
}

Tensor gather(const Tensor& x, const Tensor& mask, const Tensor& column_starts,
              const Tensor& scales, c10::IntArrayRef block, double sparsity,
              std::string_view select, bool unbiased) {
  const kernels::PanelLayout layout =
      PanelArguments{x.sizes(), block, sparsity, select, unbiased}.layout();
  const Tensor values =
      meta::gather(x, mask, column_starts, scales, block, sparsity, select, unbiased);
  const kernels::ConstBlockIndex index = index_of(layout, mask, column_starts, scales);
  const Tensor dense = x.contiguous();
  // gather_blocks reads the index; its panels are written through, so their type is not const.
  kernels::BsrPanels panels = writable_panels(layout, values, mask, column_starts);
  panels.index.scales = const_cast<float*>(index.scales);
  gather_blocks(core::context_of(dense),
                core::const_view(dense, layout.groups(), layout.rows(), layout.cols()), panels);
  return values;
}

Tensor decompress(const Tensor& values, const Tensor& mask, const Tensor& column_starts,
                  c10::IntArrayRef size, c10::IntArrayRef block, double sparsity,
                  std::string_view select) {
  const kernels::PanelLayout layout = PanelArguments{size, block, sparsity, select}.layout();
  const Tensor kept = values.contiguous();
  const Tensor out = meta::decompress(values, mask, column_starts, c10::fromIntArrayRefSlow(size),
                                      block, sparsity, select);
  kernels::decompress(core::context_of(kept), panels_of(layout, kept, mask, column_starts),
                      core::mutable_view(out, layout.groups(), layout.rows(), layout.cols()));
  return out;
}

Tensor gemm_tn(const Tensor& dy, const Tensor& values, const Tensor& mask,
               const Tensor& column_starts, c10::IntArrayRef size, c10::IntArrayRef block,
               double sparsity, std::string_view select) {
  const Tensor out = meta::gemm_tn(dy, values, mask, column_starts, c10::fromIntArrayRefSlow(size),
                                   block, sparsity, select);
  return product(dy, values.contiguous(), mask, column_starts,
                 PanelArguments{size, block, sparsity, select}.layout(), out, false);
}

Tensor gemm_nt(const Tensor& dt, const Tensor& values, const Tensor& mask,
               const Tensor& column_starts, c10::IntArrayRef size, c10::IntArrayRef block,
               double sparsity, std::string_view select) {
  const Tensor out = meta::gemm_nt(dt, values, mask, column_starts, c10::fromIntArrayRefSlow(size),
                                   block, sparsity, select);
  return product(dt, values.contiguous(), mask, column_starts,
                 PanelArguments{size, block, sparsity, select}.layout(), out, true);
}

Three to_bsr(const Tensor& values, const Tensor& mask, const Tensor& column_starts,
             c10::IntArrayRef size, c10::IntArrayRef block, double sparsity,
             std::string_view select) {
  require_cpu("to_bsr", values);
  const kernels::PanelLayout layout = PanelArguments{size, block, sparsity, select}.layout();
  const Tensor kept = values.contiguous();
  const kernels::ConstBsrPanels panels = panels_of(layout, kept, mask, column_starts);
  auto [row_starts, columns, blocks] = meta::to_bsr(
      values, mask, column_starts, c10::fromIntArrayRefSlow(size), block, sparsity, select);
  const std::int64_t count = kept_blocks(layout, panels.index);
  columns = columns.narrow(0, 0, count);  // of threshold: fewer than there is room for
  blocks = blocks.narrow(0, 0, count);
  kernels::to_bsr(
      panels, kernels::BsrArrays<std::int64_t, void*>{row_starts.mutable_data_ptr<std::int64_t>(),
                                                      columns.mutable_data_ptr<std::int64_t>(),
                                                      blocks.mutable_data_ptr(), count});
  return {row_starts, columns, blocks};
}

Three from_bsr(const Tensor& row_starts, const Tensor& columns, const Tensor& values,
               c10::IntArrayRef size, c10::IntArrayRef block, double sparsity,
               std::string_view select) {
  require_cpu("from_bsr", values);
  const kernels::PanelLayout layout = PanelArguments{size, block, sparsity, select}.layout();
  const Tensor starts = row_starts.to(at::kCPU, at::kLong).contiguous();
  const Tensor places = columns.to(at::kCPU, at::kLong).contiguous();
  const Tensor kept = values.contiguous();
  if (starts.numel() != bsr_block_rows(layout) + 1 ||
      kept.numel() != places.numel() * layout.block_elements()) {
    throw ShapeMismatch(error_text(
        "from_bsr: arrays of other lengths",
        "got " + std::to_string(starts.numel()) + " row starts, " + std::to_string(places.numel()) +
            " columns and " + std::to_string(kept.numel()) + " values, expected " +
            std::to_string(bsr_block_rows(layout) + 1) + " row starts and " +
            std::to_string(layout.block_elements()) + " values a column"));
  }
  Three result = meta::from_bsr(row_starts, columns, values, c10::fromIntArrayRefSlow(size), block,
                                sparsity, select);
  const auto& [out, mask, column_starts] = result;
  kernels::from_bsr(
      kernels::BsrArrays<const std::int64_t, const void*>{starts.const_data_ptr<std::int64_t>(),
                                                          places.const_data_ptr<std::int64_t>(),
                                                          kept.const_data_ptr(), places.numel()},
      writable_panels(layout, out, mask, column_starts));
  return result;
}

}  // namespace actscope::torch_ops::device
