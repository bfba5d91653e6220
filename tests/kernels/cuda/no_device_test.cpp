// SPDX-License-Identifier: Apache-2.0
// A build with CUDA on a machine without a driver or a device: it says why, nothing crashes.
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
#include "cuda/check.hpp"

namespace actscope::kernels {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

constexpr ExecutionContext cuda_context{Backend::cuda, nullptr};

TEST(CudaCheck, SuccessPassesEveryCheck) {
  EXPECT_NO_THROW(cuda::check(cudaSuccess, "call"));
  EXPECT_TRUE(cuda::check_or_log(cudaSuccess, "call"));
  EXPECT_TRUE(cuda::check_in_destructor(cudaSuccess, "call"));
}

TEST(CudaCheck, ThrowingCheckNamesCallErrorAndRemedy) {
  try {
    cuda::check(cudaErrorMemoryAllocation, "cudaMalloc");
    FAIL() << "nothing was raised";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("cudaMalloc"), HasSubstr("error 2"),
                                    HasSubstr("cudaErrorMemoryAllocation"), HasSubstr("free")));
  }
}

TEST(CudaCheck, LoggingChecksReportAndGoOn) {
  testing::internal::CaptureStderr();
  EXPECT_FALSE(cuda::check_or_log(cudaErrorIllegalAddress, "launch"));
  EXPECT_FALSE(cuda::check_in_destructor(cudaErrorIllegalAddress, "cudaFree"));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, AllOf(HasSubstr("launch"), HasSubstr("cudaFree"), HasSubstr("error 700")));
}

TEST(CudaCheck, DestructorCheckIsSilentWhileTheDriverUnloads) {
  testing::internal::CaptureStderr();
  EXPECT_FALSE(cuda::check_in_destructor(cudaErrorCudartUnloading, "cudaFree"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(CudaBuilt, IsKnownAsBuilt) {
  EXPECT_TRUE(is_built(Backend::cuda));
}

TEST(CudaBuilt, WorkspaceSizeNeedsNoDevice) {
  const PanelLayout layout(1, 32, 32, BlockSpec{});
  EXPECT_EQ(compress_workspace_bytes(cuda_context, layout), 4 * 8);
  const PanelLayout many(1, 1024, 32, BlockSpec{});
  EXPECT_EQ(gemm_tn_workspace_bytes(cuda_context, many, DType::bf16, 16), 2 * 16 * 33 * 4);
  EXPECT_EQ(gemm_nt_batched_workspace_bytes(cuda_context, many, DType::bf16, 16), 0);
}

class CudaWithoutDevice : public testing::Test {
 protected:
  void SetUp() override {
    if (is_usable(Backend::cuda)) GTEST_SKIP() << "a device answers: " << describe(Backend::cuda);
  }

  static void expect_device_error(const std::function<void()>& call) {
    try {
      call();
      FAIL() << "nothing was raised";
    } catch (const DeviceError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("error "), HasSubstr("; ")));
    }
  }
};

TEST_F(CudaWithoutDevice, DescriptionSaysWhyAndWhatToDo) {
  EXPECT_THAT(describe(Backend::cuda),
              AllOf(HasSubstr("not usable"), HasSubstr("cudaGetDeviceCount"),
                    AnyOf(HasSubstr("error 35"), HasSubstr("error 100")), HasSubstr("nvidia-smi")));
}

TEST_F(CudaWithoutDevice, AskingTwiceGivesTheSameAnswer) {
  EXPECT_EQ(describe(Backend::cuda), describe(Backend::cuda));
  EXPECT_FALSE(is_usable(Backend::cuda));
}

TEST_F(CudaWithoutDevice, EveryOperatorRaisesDeviceError) {
  float x[4] = {1, 2, 3, 4};
  float product[4] = {};
  std::uint32_t mask[1] = {1};
  std::uint32_t starts[2] = {0, 1};
  std::uint8_t codes[4] = {};
  std::uint64_t workspace[1] = {};
  CodeScale scales[1] = {};
  BlockSpec spec;
  spec.block_rows = 2;
  spec.block_cols = 2;
  spec.sparsity_ratio = 0;
  const PanelLayout layout(1, 2, 2, spec);
  const BsrPanels panels{layout, DType::f32, product, {mask, starts}};
  const auto view = contiguous_matrix<const void*>(x, DType::f32, 2, 2);
  const auto out = contiguous_matrix<void*>(product, DType::f32, 2, 2);

  expect_device_error([&] { select_blocks(cuda_context, view, layout, panels.index, workspace); });
  expect_device_error([&] { gather_blocks(cuda_context, view, panels); });
  expect_device_error([&] { compress(cuda_context, view, panels, workspace); });
  expect_device_error([&] { gelu_compress(cuda_context, view, nullptr, panels, workspace); });
  expect_device_error([&] { column_starts_from_mask(cuda_context, layout, panels.index); });
  expect_device_error([&] { decompress(cuda_context, as_const(panels), out); });
  expect_device_error([&] { gemm_tn(cuda_context, view, as_const(panels), out); });
  expect_device_error([&] { gemm_nt_batched(cuda_context, view, as_const(panels), out); });
  const ExecutionContext tf32{Backend::cuda, nullptr, Precision::tf32};
  expect_device_error([&] { gemm_tn(tf32, view, as_const(panels), out); });
  expect_device_error([&] { gemm_nt_batched(tf32, view, as_const(panels), out); });
  expect_device_error(
      [&] { quantize(cuda_context, DType::f32, x, 4, CodeBits::int8, codes, scales); });
  expect_device_error(
      [&] { dequantize(cuda_context, DType::f32, CodeBits::int8, codes, scales, 0, 4, product); });
  expect_device_error([&] {
    gather_blocks_from_codes(cuda_context, {CodeBits::int8, codes, scales}, panels);
  });
  expect_device_error(
      [&] { narrow_values(cuda_context, DType::f32, x, 4, NarrowFloat::fp8, codes); });
  expect_device_error(
      [&] { widen_values(cuda_context, DType::f32, NarrowFloat::fp8, codes, 4, product); });
  expect_device_error([&] { spmm(cuda_context, as_const(panels), view, out); });
  expect_device_error([&] { sddmm(cuda_context, view, view, panels); });
  expect_device_error([&] { affine(cuda_context, view, x, x, out); });
  expect_device_error([&] { add_scaled(cuda_context, view, x, view, out); });
  expect_device_error([&] { gelu(cuda_context, view, out, {CodeBits::int4, codes}); });
  expect_device_error([&] { gelu_backward(cuda_context, view, view, out); });
  expect_device_error(
      [&] { gelu_backward_from_code(cuda_context, view, CodeBits::int4, codes, out); });
}

TEST_F(CudaWithoutDevice, EmptyMatricesLaunchNothing) {
  const PanelLayout layout(0, 16, 16, BlockSpec{});
  const BsrPanels panels{layout, DType::f32, nullptr, {nullptr, nullptr}};
  const auto view = contiguous_groups<const void*>(nullptr, DType::f32, 0, 16, 16);
  EXPECT_NO_THROW(compress(cuda_context, view, panels, nullptr));
  EXPECT_NO_THROW(quantize(cuda_context, DType::f32, nullptr, 0, CodeBits::int4, nullptr, nullptr));
}

}  // namespace
}  // namespace actscope::kernels
