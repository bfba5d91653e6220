// SPDX-License-Identifier: Apache-2.0
#include "training/torch_threads.hpp"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "actscope/base/usable_cores.hpp"

namespace actscope::core {

namespace {

// As LibTorch chooses, which knows the cores and what the user has set, but no CPU quota.
int default_threads() {
  const int chosen = at::get_num_threads();
  for (const char* name : {"OMP_NUM_THREADS", "MKL_NUM_THREADS"}) {
    if (std::getenv(name) != nullptr) return chosen;
  }
  return static_cast<int>(std::min<std::int64_t>(chosen, usable_cores().count));
}

}  // namespace

void set_threads(std::int64_t threads) {
  static const int by_default = default_threads();
  at::set_num_threads(threads > 0 ? static_cast<int>(threads) : by_default);
  static std::once_flag once;
  std::call_once(once, [] {
    try {
      at::set_num_interop_threads(1);
    } catch (const c10::Error&) {  // LibTorch 2.11 refuses it once its pool runs; then it stays
    }
  });
}

}  // namespace actscope::core
