// SPDX-License-Identifier: Apache-2.0
#include "nvtx.hpp"

#include <nvtx3/nvToolsExt.h>

#include "actscope/tracer/name.hpp"

namespace actscope::tracer {

void push_nvtx_range(NameNumber name) noexcept {
  nvtxRangePushA(Name(name).text().c_str());
}

void pop_nvtx_range() noexcept {
  nvtxRangePop();
}

}  // namespace actscope::tracer
