// SPDX-License-Identifier: Apache-2.0
// A build without CUDA: absence is an implementation that says what to install.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "actscope/base/error.hpp"
#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/coded_blocks.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/elementwise.hpp"
#include "actscope/kernels/gelu_compress.hpp"
#include "actscope/kernels/gemm.hpp"
#include "actscope/kernels/narrow_float.hpp"

namespace actscope::kernels {
namespace {

constexpr ExecutionContext cuda_context{Backend::cuda, nullptr};

void expect_not_built(const std::function<void()>& call) {
  try {
    call();
    FAIL() << "nothing was raised";
  } catch (const BackendNotBuilt& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no CUDA back end"));
    EXPECT_THAT(error.what(), testing::HasSubstr("install"));
  }
}

TEST(CudaNotBuilt, SaysSoAndHowToGetIt) {
  EXPECT_FALSE(is_built(Backend::cuda));
  EXPECT_FALSE(is_usable(Backend::cuda));
  EXPECT_THAT(describe(Backend::cuda), testing::HasSubstr("preset cuda"));
}

TEST(CudaNotBuilt, EveryOperatorRaisesBackendNotBuilt) {
  float x[4] = {1, 2, 3, 4};
  float product[4] = {};
  std::uint32_t mask[1] = {1};
  std::uint32_t starts[2] = {0, 1};
  std::uint8_t codes[4] = {};
  CodeScale scales[1] = {};
  BlockSpec spec;
  spec.block_rows = 2;
  spec.block_cols = 2;
  spec.sparsity_ratio = 0;
  const PanelLayout layout(1, 2, 2, spec);
  const BsrPanels panels{layout, DType::f32, product, {mask, starts}};
  const auto view = contiguous_matrix<const void*>(x, DType::f32, 2, 2);
  const auto out = contiguous_matrix<void*>(product, DType::f32, 2, 2);

  expect_not_built([&] { compress_workspace_bytes(cuda_context, layout); });
  expect_not_built([&] { select_blocks(cuda_context, view, layout, panels.index, nullptr); });
  expect_not_built([&] { gather_blocks(cuda_context, view, panels); });
  expect_not_built([&] { compress(cuda_context, view, panels, nullptr); });
  expect_not_built([&] { gelu_compress(cuda_context, view, nullptr, panels, nullptr); });
  expect_not_built([&] { column_starts_from_mask(cuda_context, layout, panels.index); });
  expect_not_built([&] { decompress(cuda_context, as_const(panels), out); });
  expect_not_built([&] { gemm_tn_workspace_bytes(cuda_context, layout, DType::f32, 2); });
  expect_not_built([&] { gemm_nt_batched_workspace_bytes(cuda_context, layout, DType::f32, 2); });
  expect_not_built([&] { gemm_tn(cuda_context, view, as_const(panels), out); });
  expect_not_built([&] { gemm_nt_batched(cuda_context, view, as_const(panels), out); });
  expect_not_built(
      [&] { quantize(cuda_context, DType::f32, x, 4, CodeBits::int8, codes, scales); });
  expect_not_built(
      [&] { dequantize(cuda_context, DType::f32, CodeBits::int8, codes, scales, 0, 4, product); });
  expect_not_built([&] {
    gather_blocks_from_codes(cuda_context, {CodeBits::int8, codes, scales}, panels);
  });
  expect_not_built([&] { narrow_values(cuda_context, DType::f32, x, 4, NarrowFloat::fp8, codes); });
  expect_not_built(
      [&] { widen_values(cuda_context, DType::f32, NarrowFloat::fp8, codes, 4, product); });
  expect_not_built([&] { spmm(cuda_context, as_const(panels), view, out); });
  expect_not_built([&] { sddmm(cuda_context, view, view, panels); });
  expect_not_built([&] { affine(cuda_context, view, x, x, out); });
  expect_not_built([&] { add_scaled(cuda_context, view, x, view, out); });
  expect_not_built([&] { gelu(cuda_context, view, out, {CodeBits::int4, codes}); });
  expect_not_built([&] { gelu_backward(cuda_context, view, view, out); });
  expect_not_built(
      [&] { gelu_backward_from_code(cuda_context, view, CodeBits::int4, codes, out); });
}

}  // namespace
}  // namespace actscope::kernels
