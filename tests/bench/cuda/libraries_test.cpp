// SPDX-License-Identifier: Apache-2.0
// What can be seen of the CUDA rivals without a device: that their libraries are found at run time
// and are those that they say, and how a missing device is told.
#include "cuda/libraries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/bench/kernels_suite.hpp"
#include "actscope/kernels/backend.hpp"
#include "kernels/platform.hpp"

namespace actscope::bench::cuda {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(CudaLibraries, AreOpenedAtRunTimeAndNamed) {
  const struct {
    void (*describe)(KernelRival&);
    const char* file;
    const char* version;
  } all[] = {{describe_cublas_lt, "libcublasLt.so.13", "13[0-9]+"},
             {describe_cublas, "libcublas.so.13", "13\\.[0-9]+\\.[0-9]+"},
             {describe_cusparse, "libcusparse.so.12", "12\\.[0-9]+\\.[0-9]+"}};
  for (const auto& expected : all) {
    KernelRival facts;
    expected.describe(facts);
    if (facts.status == RivalStatus::missing) {
      EXPECT_THAT(facts.message, HasSubstr("scripts/setup --cuda"));
      EXPECT_THAT(facts.message, HasSubstr(expected.file)) << "what the loader says";
      continue;
    }
    EXPECT_THAT(facts.path, HasSubstr(expected.file));
    EXPECT_THAT(facts.version, MatchesRegex(expected.version));
  }
}

TEST(CudaLibraries, TellTheirOwnTexts) {
  if (!cusparse().is_there || !cublas_lt().is_there) GTEST_SKIP() << "not installed";
  try {
    cusparse().check(CUSPARSE_STATUS_NOT_SUPPORTED, "cusparseSpMM_bufferSize");
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_THAT(refusal.what(),
                HasSubstr("cusparseSpMM_bufferSize: CUSPARSE_STATUS_NOT_SUPPORTED"));
  }
  EXPECT_THROW(cublas_lt().check(CUBLAS_STATUS_NOT_SUPPORTED, "cublasLtMatmul"), Refusal);
  EXPECT_NO_THROW(cublas_lt().check(CUBLAS_STATUS_SUCCESS, "cublasLtMatmul"));
}

TEST(CudaPlatform, WithoutADeviceIsAnErrorOfTheDevice) {
  if (kernels::is_usable(kernels::Backend::cuda)) GTEST_SKIP() << "there is a device";
  EXPECT_THROW(make_cuda_platform(fp32), DeviceError);
  KernelsSettings settings;
  settings.backends = {"cpu", "cuda"};
  EXPECT_THROW(resolved(settings), DeviceError);
  settings.rounds = 1;
  EXPECT_THROW(resolved(settings), ConfigError) << "a wrong value is told first";
}

}  // namespace
}  // namespace actscope::bench::cuda
