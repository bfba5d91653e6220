// SPDX-License-Identifier: Apache-2.0
#include "thread_rings.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>

namespace actscope::tracer {
namespace {

std::atomic<std::int32_t> step_now{-1};

class Registry {
 public:
  std::shared_ptr<ThreadRings> add() {
    const std::scoped_lock lock(mutex_);
    auto rings = std::make_shared<ThreadRings>(capacity_, next_thread_++);
    rings_.push_back(rings);
    return rings;
  }

  // Rings that only the registry holds belong to no living thread: given out once more, then gone.
  std::vector<std::shared_ptr<ThreadRings>> all() {
    const std::scoped_lock lock(mutex_);
    std::vector<std::shared_ptr<ThreadRings>> copy = rings_;
    std::erase_if(rings_, [](const auto& rings) { return rings.use_count() == 2; });
    return copy;
  }

  std::int64_t waiting() {
    const std::scoped_lock lock(mutex_);
    std::size_t records = 0;
    for (const auto& rings : rings_) {
      records += rings->scopes.size() + rings->memory.size() + rings->counts.size();
    }
    return static_cast<std::int64_t>(records);
  }

  void set_capacity(std::size_t records) {
    const std::scoped_lock lock(mutex_);
    capacity_ = records;
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<ThreadRings>> rings_;
  std::size_t capacity_ = 1U << 15U;
  std::uint16_t next_thread_ = 0;
};

// Never destroyed: threads record until the very end.
Registry& registry() {
  static auto* all = new Registry;
  return *all;
}

}  // namespace

ThreadPlace& this_thread_place() noexcept {
  thread_local ThreadPlace place;
  return place;
}

ThreadRings* this_thread_rings() noexcept {
  thread_local std::shared_ptr<ThreadRings> rings;
  if (!rings) {
    try {
      rings = registry().add();
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }
  return rings.get();
}

std::vector<std::shared_ptr<ThreadRings>> all_thread_rings() {
  return registry().all();
}

std::int64_t records_in_rings() noexcept {
  return registry().waiting();
}

void set_ring_capacity(std::size_t records) {
  registry().set_capacity(records);
}

void set_current_step(std::int32_t step) noexcept {
  step_now.store(step, std::memory_order_relaxed);
}

std::int32_t current_step() noexcept {
  return step_now.load(std::memory_order_relaxed);
}

}  // namespace actscope::tracer
