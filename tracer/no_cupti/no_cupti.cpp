// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/kernel_session.hpp"

#include "actscope/base/error.hpp"

namespace actscope::tracer {

bool is_cupti_built() noexcept {
  return false;
}

bool is_cupti_usable() {
  return false;
}

std::string describe_cupti() {
  return "not in this build; scripts/setup --cuda, then scripts/build cuda";
}

std::unique_ptr<KernelSession> open_cupti_session(ActivitySink* /*sink*/) {
  throw BackendNotBuilt(error_text("kernels cannot be recorded", "CUPTI is " + describe_cupti(),
                                   "or use --trace timeline"));
}

}  // namespace actscope::tracer
