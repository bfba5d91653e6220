// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"
#include "tensors/cuda_stream.hpp"

namespace actscope::core {

void* current_cuda_stream(int) {
  throw BackendNotBuilt(error_text("a CUDA tensor was given", "this build has no CUDA back end",
                                   "run scripts/setup --cuda and scripts/build cuda"));
}

const kernels::ScratchSource* cuda_scratch() noexcept {
  return nullptr;
}

}  // namespace actscope::core
