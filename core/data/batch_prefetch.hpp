// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <future>

#include "data/image_reader.hpp"

namespace actscope::core {

/// Makes the batches of coming steps on threads of its own, a thread a batch.
class BatchPrefetch {
 public:
  using Work = std::function<PixelBatch()>;

  /// Requires workers >= 1
  explicit BatchPrefetch(std::int64_t workers) : workers_(workers) {}

  /// The batch of `step`; afterwards those of the next `workers` steps below `total_steps` are
  /// being made. `make` is called here, the work it returns elsewhere.
  /// Errors  what the work of this step raised
  PixelBatch take(std::int64_t step, std::int64_t total_steps,
                  const std::function<Work(std::int64_t)>& make);

 private:
  std::int64_t workers_;
  std::int64_t first_ = 0;  // step of the first of ahead_
  std::deque<std::future<PixelBatch>> ahead_;
};

}  // namespace actscope::core
