// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "actscope/base/trace_events.hpp"
#include "actscope/tracer/memory_timeline.hpp"

namespace actscope::core {

/// Stands before the sink of a trace and keeps the allocations of one step, to explain its peak.
class StepMemory : public TraceSink {
 public:
  /// `next` may be null.
  explicit StepMemory(TraceSink* next) : next_(next) {}

  /// The step to keep, and what is live before it. Once.
  void begin(std::int64_t step, std::vector<tracer::LiveMemory> live);
  bool has_begun() const;
  /// The memory at this address is of this category from now on. The number of the mark; nothing
  /// before begin.
  std::optional<std::size_t> mark(const void* address, MemoryCategory category);

  void write(const TraceBatch& batch) override;
  void finish(const TraceRecord& losses) override;

  /// Nothing where no step was kept.
  std::optional<tracer::MemoryExplanation> explain() const;

 private:
  TraceSink* next_;
  mutable std::mutex mutex_;  // the recorder writes from a thread of its own
  std::optional<tracer::MemoryTimeline> timeline_;
};

}  // namespace actscope::core
