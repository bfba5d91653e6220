// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"
#include "actscope/tracer/torch/cuda_event_session.hpp"

namespace actscope::tracer {

std::unique_ptr<KernelSession> make_cuda_event_session() {
  throw BackendNotBuilt(error_text("device time cannot be measured", "CUDA is not in this build",
                                   "scripts/setup --cuda, then scripts/build cuda"));
}

}  // namespace actscope::tracer
