// SPDX-License-Identifier: Apache-2.0
// actscope-engine.
#include "engine.hpp"

namespace actscope::app {

const Engine& engine() {
  static constexpr Engine here{core::train,
                               core::resume,
                               core::evaluate,
                               core::make_plan,
                               bench::resolved,
                               bench::difference_to,
                               bench::run_kernels_suite,
                               bench::resolved,
                               bench::run_tracer_suite};
  return here;
}

void require_engine() {}

}  // namespace actscope::app
