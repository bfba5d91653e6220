// SPDX-License-Identifier: Apache-2.0
// Absence of CUDA.
#include "kernels/platform.hpp"

#include "actscope/base/error.hpp"

namespace actscope::bench {

std::unique_ptr<Platform> make_cuda_platform(const ElementType&) {
  throw BackendNotBuilt(error_text("nothing can be measured on CUDA",
                                   "this build has no CUDA back end",
                                   "build with scripts/build cuda"));
}

}  // namespace actscope::bench
