// SPDX-License-Identifier: Apache-2.0
#include "cpu/shared_work.hpp"

#include <omp.h>

#include <thread>

namespace actscope::kernels::cpu {
namespace {

// Tells the core that this is a loop of waiting.
void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

void wait_a_moment(std::int64_t moments_before) {
  constexpr std::int64_t moments_awake = 4096;
  if (moments_before < moments_awake) {
    pause();
  } else {
    std::this_thread::yield();
  }
}

void leave_region(const SharedWork& work) {
  if (omp_get_thread_num() == 0) work.wait();
}

}  // namespace actscope::kernels::cpu
