// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "actscope/base/memory_record.hpp"
#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// Memory that is live when a step begins.
struct LiveMemory {
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
};

/// The memory of a step, and which marked pieces of it were live at the peak.
struct MemoryExplanation {
  MemoryRecord record;              ///< without `reported_bytes`, which comes from elsewhere
  std::vector<bool> marks_at_peak;  ///< by the number of the mark
};

/// Every allocation of one step on one device with what it was for, and from these the peak of what
/// owners held explained.
///
/// Events may come in any order, on any thread, but not two at once. A mark holds for the memory
/// that is live at its address at its time; the first mark of a piece of memory counts. What is not
/// marked is workspace where it came and went within the step, else other.
class MemoryTimeline {
 public:
  /// `live` is what was allocated before.
  MemoryTimeline(std::int64_t step, std::vector<LiveMemory> live)
      : step_(step), live_(std::move(live)) {}

  std::int64_t step() const noexcept { return step_; }
  void add(const MemoryEvent& event) { events_.push_back(event); }
  /// Returns the number of the mark, from 0.
  std::size_t mark(std::int64_t time_ns, const void* address, MemoryCategory category);

  /// Cost  sorts the events, then one pass a category
  MemoryExplanation explain() const;

 private:
  struct Mark {
    std::int64_t time_ns;
    std::uint64_t address;
    MemoryCategory category;
    std::size_t number;
  };

  std::int64_t step_;
  std::vector<LiveMemory> live_;
  std::vector<MemoryEvent> events_;
  std::vector<Mark> marks_;
};

}  // namespace actscope::tracer
