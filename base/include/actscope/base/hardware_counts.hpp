// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace actscope {

/// What a processor counts: clock cycles, retired instructions, and loads that missed the last
/// level of its caches.
enum class HardwareCounter : std::uint8_t { cycles, instructions, llc_misses };
inline constexpr std::size_t hardware_counter_count = 3;

/// "cycles", "instructions", "llc_misses".
const char* name_of(HardwareCounter counter);

/// Counts of the threads that called an operator, during its calls, by HardwareCounter; absent: the
/// processor or the system did not count it. Threads that helped the caller are not included.
struct HardwareCounts {
  std::int64_t calls = 0;  ///< that were counted
  std::array<std::optional<std::int64_t>, hardware_counter_count> values;

  std::optional<std::int64_t> of(HardwareCounter counter) const {
    return values[static_cast<std::size_t>(counter)];
  }
};

}  // namespace actscope
