// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "perf_event_group.hpp"

namespace actscope::tracer {

/// The counters that the kernel offers, or the reason why it offers none.
class PerfEventReader final : public CounterReader {
 public:
  /// Tries them on the calling thread.
  explicit PerfEventReader(PerfEventApi api);

  std::string source() const override { return is_usable_ ? "perf_event" : ""; }
  std::string reason() const override;
  bool has(HardwareCounter counter) const override {
    return is_usable_ && errors_[static_cast<std::size_t>(counter)] == 0;
  }
  std::unique_ptr<ThreadCounters> open() noexcept override;

 private:
  std::shared_ptr<const PerfEventApi> api_;
  PerfEventGroup::Errors errors_{};
  bool is_usable_ = false;
  mutable std::mutex mutex_;
  int thread_error_ = 0;  ///< the first of a thread whose counters could not be had
};

}  // namespace actscope::tracer
