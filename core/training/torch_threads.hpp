// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace actscope::core {

/// Lets LibTorch compute with as many threads as asked; 0: as many as it chose when the process
/// began, and unless OMP_NUM_THREADS or MKL_NUM_THREADS is set no more than usable_cores counts.
void set_threads(std::int64_t threads);

}  // namespace actscope::core
