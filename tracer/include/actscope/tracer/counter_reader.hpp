// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "actscope/base/hardware_counts.hpp"

namespace actscope::tracer {

/// Values of a thread's counters since they were opened, by HardwareCounter, and for how long the
/// system wanted to count and did: where more counters are asked for than the processor has, they
/// take turns.
struct CounterReading {
  std::array<std::uint64_t, hardware_counter_count> values{};
  std::uint64_t enabled_ns = 0;
  std::uint64_t running_ns = 0;
};

/// The counters of the thread that opened them. They outlive their reader.
class ThreadCounters {
 public:
  virtual ~ThreadCounters() = default;
  /// false: they could not be read whole. Call on that thread.
  virtual bool read(CounterReading& reading) noexcept = 0;
};

/// Where the processor's counters come from.
class CounterReader {
 public:
  virtual ~CounterReader() = default;
  /// "perf_event"; empty: there are none.
  virtual std::string source() const = 0;
  /// Why there are none, or not all, and what would help; empty: all are there.
  virtual std::string reason() const = 0;
  virtual bool has(HardwareCounter counter) const = 0;
  /// The counters of the calling thread; null where there are none, and reason() tells why.
  virtual std::unique_ptr<ThreadCounters> open() noexcept = 0;
};

/// The counters of this machine, or a reader that says why there are none. Never fails.
/// Source  perf_event_open(2)
std::shared_ptr<CounterReader> open_counter_reader();

/// Whether they answer here, and which; or why not and what would help.
bool are_counters_usable();
std::string describe_counters();

}  // namespace actscope::tracer
