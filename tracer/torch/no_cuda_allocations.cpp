// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/cuda_allocations.hpp"

namespace actscope::tracer {

CudaAllocations::CudaAllocations() {
  throw BackendNotBuilt(error_text("allocations on CUDA devices cannot be recorded",
                                   "this build has no CUDA",
                                   "run scripts/setup --cuda and scripts/build cuda"));
}

CudaAllocations::~CudaAllocations() = default;

std::vector<LiveMemory> CudaAllocations::live() const {
  return {};
}

}  // namespace actscope::tracer
