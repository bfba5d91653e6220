// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>

#include "actscope/tracer/counter_reader.hpp"
#include "perf_event_api.hpp"

namespace actscope::tracer {

/// The counters of one thread as one group, so that one reading gives all of them, of one moment.
class PerfEventGroup final : public ThreadCounters {
 public:
  using Errors = std::array<int, hardware_counter_count>;

  /// Counts the calling thread in user mode. `errors`: errno by counter, 0 where it was opened. A
  /// group without its first counter, cycles, is not opened: null.
  static std::unique_ptr<PerfEventGroup> open(std::shared_ptr<const PerfEventApi> api,
                                              Errors& errors);
  ~PerfEventGroup() override;
  PerfEventGroup(const PerfEventGroup&) = delete;
  PerfEventGroup& operator=(const PerfEventGroup&) = delete;

  bool read(CounterReading& reading) noexcept override;

 private:
  static constexpr int closed = -1;
  explicit PerfEventGroup(std::shared_ptr<const PerfEventApi> api) : api_(std::move(api)) {
    descriptors_.fill(closed);
  }
  std::shared_ptr<const PerfEventApi> api_;
  std::array<int, hardware_counter_count> descriptors_{};  ///< by HardwareCounter
};

}  // namespace actscope::tracer
