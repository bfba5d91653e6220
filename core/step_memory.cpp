// SPDX-License-Identifier: Apache-2.0
#include "step_memory.hpp"

#include <utility>

#include "actscope/tracer/recorder.hpp"

namespace actscope::core {

void StepMemory::begin(std::int64_t step, std::vector<tracer::LiveMemory> live) {
  const std::scoped_lock lock(mutex_);
  timeline_.emplace(step, std::move(live));
}

bool StepMemory::has_begun() const {
  const std::scoped_lock lock(mutex_);
  return timeline_.has_value();
}

std::optional<std::size_t> StepMemory::mark(const void* address, MemoryCategory category) {
  const std::scoped_lock lock(mutex_);
  if (!timeline_) return std::nullopt;
  return timeline_->mark(tracer::now_ns(), address, category);
}

void StepMemory::write(const TraceBatch& batch) {
  {
    const std::scoped_lock lock(mutex_);
    for (const MemoryEvent& event : batch.memory) {
      if (timeline_ && event.place.step == timeline_->step()) timeline_->add(event);
    }
  }
  if (next_ != nullptr) next_->write(batch);
}

void StepMemory::finish(const TraceRecord& losses) {
  if (next_ != nullptr) next_->finish(losses);
}

std::optional<tracer::MemoryExplanation> StepMemory::explain() const {
  const std::scoped_lock lock(mutex_);
  if (!timeline_) return std::nullopt;
  return timeline_->explain();
}

}  // namespace actscope::core
