// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "actscope/base/trace_events.hpp"
#include "actscope/tracer/memory_timeline.hpp"

namespace actscope::tracer {

/// Sees every portion of a trace and keeps the allocations of one step on one device, to explain
/// its peak.
class StepMemory : public TraceSink {
 public:
  /// Begins to keep a step on a device; `live` is what is live before it. Called
  /// again it keeps the new step instead.
  void begin(std::int64_t step, std::int32_t device, std::vector<LiveMemory> live);
  bool has_begun() const;
  /// Gives the memory at this address this category from now on. Returns the number of the mark;
  /// nothing before begin.
  std::optional<std::size_t> mark(const void* address, MemoryCategory category);

  void write(const TraceBatch& batch) override;
  void finish(const TraceRecord& /*losses*/) override {}

  /// Nothing where no step was kept whole.
  std::optional<MemoryExplanation> explain() const;

 private:
  std::int32_t device_ = host_memory;
  bool has_begun_ = false;
  mutable std::mutex mutex_;  // the recorder writes from a thread of its own
  std::optional<MemoryTimeline> timeline_;
};

}  // namespace actscope::tracer
