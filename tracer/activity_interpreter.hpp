// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actscope/base/activity_record.hpp"
#include "actscope/base/run_record.hpp"
#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// What the records of one window say.
struct ActivityWindow {
  std::vector<KernelEvent> kernels;   ///< by begin; one without times stays with both 0
  std::vector<MemoryEvent> memory;    ///< in the order of the records
  std::int64_t unplaced_kernels = 0;  ///< launched where no place was linked
  std::int64_t overhead_ns = 0;       ///< of the interface itself; at most the largest number
};

/// Joins the records of a window, which come in any order: the place of a kernel comes in a record
/// of its own. Takes any values without harm.
class ActivityInterpreter {
 public:
  void add(const ActivityRecord& record);

  /// When the window that ends next began and ended: work that lies outside, by more than clocks
  /// of host and device may differ, is a clock anomaly. Without it any time is believed.
  void set_window(std::int64_t begin_ns, std::int64_t end_ns);

  /// The window ends: everything added since the last call. Adds to `losses` records without times,
  /// clock anomalies, work without a place, overhead and what the driver allocated.
  ActivityWindow take(TraceRecord& losses);

 private:
  void add_work(const ActivityRecord& record, KernelKind kind, std::string name);
  void add_memory(const ActivityRecord& record);

  ActivityWindow window_;  ///< correlations still without their epoch
  std::unordered_map<std::uint32_t, std::uint64_t> places_;  ///< encoded, by correlation
  std::map<std::int16_t, std::int64_t> live_bytes_;          ///< by device, over all windows
  std::int64_t untimed_ = 0;
  std::int64_t anomalies_ = 0;
  std::optional<std::pair<std::int64_t, std::int64_t>> span_;  ///< of the window, if known
  std::uint64_t epoch_ = 0;  ///< of windows: 32-bit numbers begin again
};

}  // namespace actscope::tracer
