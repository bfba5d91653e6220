// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/cuda_allocations.hpp"

namespace actscope::tracer {
namespace {

TEST(NoCudaAllocations, SayWhatIsMissing) {
  try {
    const CudaAllocations allocations;
    FAIL() << "made without CUDA";
  } catch (const BackendNotBuilt& error) {
    EXPECT_NE(std::string(error.what()).find("scripts/build cuda"), std::string::npos);
  }
}

}  // namespace
}  // namespace actscope::tracer
