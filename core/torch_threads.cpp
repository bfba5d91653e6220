// SPDX-License-Identifier: Apache-2.0
#include "torch_threads.hpp"

#include <torch/torch.h>

#include <mutex>

namespace actscope::core {

void set_threads(std::int64_t threads) {
  static const int initial_threads = torch::get_num_threads();
  torch::set_num_threads(threads > 0 ? static_cast<int>(threads) : initial_threads);
  static std::once_flag once;
  std::call_once(once, [] {
    try {
      at::set_num_interop_threads(1);
    } catch (const c10::Error&) {  // LibTorch 2.11 refuses it once its pool runs; then it stays
    }
  });
}

}  // namespace actscope::core
