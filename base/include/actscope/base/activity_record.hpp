// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace actscope {

/// What a record of a device's profiling interface is about. The numbers are those in recorded
/// streams.
enum class ActivityKind : std::uint8_t {
  kernel = 1,
  copy,
  set,
  place_link,  ///< `value` is the encoded place that `correlation` was launched at
  launch,      ///< the call on the host that launched `correlation`
  overhead,    ///< time of the profiling interface itself; detail: its number of the kind
  memory,      ///< detail 1: allocated, 2: freed; `value` is the address, begin_ns the time
  window_end,  ///< what follows belongs to another window: correlations begin again
};
inline constexpr ActivityKind last_activity_kind = ActivityKind::window_end;

/// One record without pointers, so that it can be kept and read elsewhere. Values are as the
/// interface gave them: times may be 0 or the wrong way around.
struct ActivityRecord {
  ActivityKind kind = ActivityKind::kernel;
  std::uint8_t detail = 0;  ///< copy: CUPTI's number of the direction; launch: 0 runtime, 1 driver
  std::int32_t device = 0;
  std::int32_t stream = 0;
  std::uint32_t correlation = 0;
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
  std::uint64_t bytes = 0;
  std::uint64_t value = 0;
  std::string name;  ///< of a kernel, as in its source; may be empty

  friend bool operator==(const ActivityRecord&, const ActivityRecord&) = default;
};

/// Where records go as they are read from the interface.
class ActivitySink {
 public:
  virtual ~ActivitySink() = default;
  /// `new_names` continue the numbers that places are made of, from 0 over all calls.
  virtual void write(const std::vector<std::string>& new_names,
                     std::span<const ActivityRecord> records) = 0;
};

}  // namespace actscope
