// SPDX-License-Identifier: Apache-2.0
#include "data/batch_prefetch.hpp"

namespace actscope::core {

PixelBatch BatchPrefetch::take(std::int64_t step, std::int64_t total_steps,
                               const std::function<Work(std::int64_t)>& make) {
  while (!ahead_.empty() && first_ != step) {  // a jump, as after resuming
    ahead_.pop_front();
    ++first_;
  }
  if (ahead_.empty()) first_ = step;
  const auto fill = [&](std::int64_t most) {
    while (static_cast<std::int64_t>(ahead_.size()) < most &&
           first_ + static_cast<std::int64_t>(ahead_.size()) < total_steps) {
      ahead_.push_back(
          std::async(std::launch::async, make(first_ + static_cast<std::int64_t>(ahead_.size()))));
    }
  };
  fill(workers_);
  std::future<PixelBatch> wanted = std::move(ahead_.front());
  ahead_.pop_front();
  ++first_;
  wanted.wait();
  fill(workers_);
  return wanted.get();
}

}  // namespace actscope::core
