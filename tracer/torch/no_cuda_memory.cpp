// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"
#include "cuda_memory.hpp"

namespace actscope::tracer {
namespace {

[[noreturn]] void refuse() {
  throw BackendNotBuilt(error_text("CUDA memory was asked for", "this build has no CUDA",
                                   "run scripts/setup --cuda and scripts/build cuda"));
}

}  // namespace

MemoryCounters cuda_memory_counters() {
  refuse();
}

void reset_cuda_peak() {
  refuse();
}

}  // namespace actscope::tracer
