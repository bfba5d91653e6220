// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/step_memory.hpp"

#include <new>
#include <utility>

#include "actscope/tracer/recorder.hpp"

namespace actscope::tracer {

void StepMemory::begin(std::int64_t step, std::int32_t device, std::vector<LiveMemory> live) {
  const std::scoped_lock lock(mutex_);
  has_begun_ = true;
  device_ = device;
  timeline_.emplace(step, std::move(live));
}

bool StepMemory::has_begun() const {
  const std::scoped_lock lock(mutex_);
  return has_begun_;
}

std::optional<std::size_t> StepMemory::mark(const void* address, MemoryCategory category) {
  const std::scoped_lock lock(mutex_);
  if (!timeline_) return std::nullopt;
  return timeline_->mark(now_ns(), address, category);
}

void StepMemory::write(const TraceBatch& batch) {
  const std::scoped_lock lock(mutex_);
  if (!timeline_) return;
  try {
    for (const MemoryEvent& event : batch.memory) {
      if (event.place.step == timeline_->step() && event.device == device_) timeline_->add(event);
    }
  } catch (const std::bad_alloc&) {
    timeline_.reset();  // a part of a step explains nothing
    throw;
  }
}

std::optional<MemoryExplanation> StepMemory::explain() const {
  const std::scoped_lock lock(mutex_);
  if (!timeline_) return std::nullopt;
  return timeline_->explain();
}

}  // namespace actscope::tracer
