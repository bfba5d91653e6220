// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace actscope::tracer {

/// Nanoseconds as a straight line over the processor's time stamp counter.
struct TickLine {
  std::uint64_t base_ticks = 0;
  std::int64_t base_ns = 0;
  std::uint64_t ns_per_tick = 0;  ///< times 2^32

  /// `ticks` is not before base_ticks.
  std::int64_t at(std::uint64_t ticks) const noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide scaled = static_cast<Wide>(ticks - base_ticks) * ns_per_tick;
    return base_ns + static_cast<std::int64_t>(static_cast<std::uint64_t>(scaled >> 32U));
  }
};

namespace detail {
inline TickLine tick_line;  ///< of the process; set once
inline std::atomic<bool> has_tick_line{false};
}  // namespace detail

inline std::int64_t steady_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

#ifdef __x86_64__
/// The time stamp counter.
inline std::uint64_t ticks() noexcept {
  return __builtin_ia32_rdtsc();
}
#endif

/// The clock of all records: the time stamp counter where it may be used, in a third of the time,
/// else steady_clock. Both are nanoseconds of CLOCK_MONOTONIC.
inline std::int64_t clock_ns() noexcept {
#ifdef __x86_64__
  if (detail::has_tick_line.load(std::memory_order_acquire)) return detail::tick_line.at(ticks());
#endif
  return steady_ns();
}

/// Ties the time stamp counter to CLOCK_MONOTONIC where both keep step: the processor says that its
/// counter is invariant, the system uses it for its own clock, and two halves of a measurement
/// agree. Once a process, in some milliseconds; later calls do nothing.
void prepare_clock() noexcept;

}  // namespace actscope::tracer
