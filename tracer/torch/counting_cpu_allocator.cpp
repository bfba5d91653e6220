// SPDX-License-Identifier: Apache-2.0
#include "counting_cpu_allocator.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <unordered_map>

#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "actscope/tracer/torch/allocations.hpp"

namespace actscope::tracer {
namespace {

// What is live, by address. It cannot hang on the DataPtr: its context must be the data pointer
// itself (oneDNN's raw_allocate asserts it).
class LiveTable {
 public:
  void insert(const Allocation& allocation) {
    Shard& shard = shard_of(allocation.address);
    const std::scoped_lock lock(shard.mutex);
    shard.live[allocation.address] = allocation;
  }

  // Nothing for memory that was not ours.
  std::optional<Allocation> find(const void* address) {
    Shard& shard = shard_of(address);
    const std::scoped_lock lock(shard.mutex);
    const auto entry = shard.live.find(address);
    if (entry == shard.live.end()) return std::nullopt;
    return entry->second;
  }

  std::optional<Allocation> erase(const void* address) {
    Shard& shard = shard_of(address);
    const std::scoped_lock lock(shard.mutex);
    const auto entry = shard.live.find(address);
    if (entry == shard.live.end()) return std::nullopt;
    const Allocation allocation = entry->second;
    shard.live.erase(entry);
    return allocation;
  }

  void append_after(std::int64_t serial, std::vector<Allocation>& list) {
    for (Shard& shard : shards_) {
      const std::scoped_lock lock(shard.mutex);
      for (const auto& [address, allocation] : shard.live) {
        if (allocation.serial > serial) list.push_back(allocation);
      }
    }
  }

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<const void*, Allocation> live;
  };
  Shard& shard_of(const void* address) {
    return shards_[reinterpret_cast<std::uintptr_t>(address) / 64 % shards_.size()];
  }

  std::array<Shard, 16> shards_;
};

struct Counters {
  std::atomic<std::int64_t> live_bytes{0};
  std::atomic<std::int64_t> peak_bytes{0};
  std::atomic<std::int64_t> allocations{0};
  std::atomic<std::int64_t> frees{0};
};

// Never destroyed: tensors with static lifetime are freed after main.
LiveTable& live_table() {
  static auto* table = new LiveTable;
  return *table;
}

Counters& counters() {
  static auto* all = new Counters;
  return *all;
}

void raise_peak(std::int64_t live) {
  std::int64_t peak = counters().peak_bytes.load();
  while (live > peak && !counters().peak_bytes.compare_exchange_weak(peak, live)) {
  }
}

// LibTorch's own: it also serves the memory-reporting interface, a second count beside ours.
c10::Allocator& base_allocator() {
  static c10::Allocator* const allocator = c10::GetDefaultCPUAllocator();
  return *allocator;
}

void counted_free(void* pointer) {
  if (pointer == nullptr) return;
  const std::optional<Allocation> ours = live_table().erase(pointer);
  base_allocator().raw_deleter()(pointer);
  if (!ours) return;
  const std::int64_t removed = ours->bytes;
  const std::int64_t live = counters().live_bytes.fetch_sub(removed) - removed;
  ++counters().frees;
  record_memory(pointer, -removed, live);
}

class CountingCpuAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    void* pointer = base_allocator().raw_allocate(bytes);
    if (pointer != nullptr && list(pointer, bytes)) {
      const auto added = static_cast<std::int64_t>(bytes);
      const std::int64_t live = counters().live_bytes.fetch_add(added) + added;
      raise_peak(live);
      record_memory(pointer, added, live);
    }
    return {pointer, pointer, &counted_free, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &counted_free; }

  // Without memory for the list, the program still gets what it asked for: it is not counted.
  static bool list(void* pointer, std::size_t bytes) noexcept {
    try {
      live_table().insert({pointer, static_cast<std::int64_t>(bytes), ++counters().allocations,
                           is_recording() ? current_place() : TracePlace()});
      return true;
    } catch (const std::bad_alloc&) {
      count_lost_record();
      return false;
    }
  }

  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
};

std::atomic<bool> is_installed{false};

}  // namespace

void install_counting_cpu_allocator() {
  static std::once_flag once;
  std::call_once(once, [] {
    static auto* allocator = new CountingCpuAllocator;
    c10::SetCPUAllocator(allocator, /*priority=*/255);
    is_installed = true;
  });
}

bool is_counting_cpu_allocator_installed() noexcept {
  return is_installed;
}

MemoryCounters counting_cpu_allocator_counters() noexcept {
  const Counters& all = counters();
  return {all.live_bytes, all.peak_bytes, all.allocations, all.frees};
}

void reset_counting_cpu_allocator_peak() noexcept {
  counters().peak_bytes = counters().live_bytes.load();
}

std::int64_t last_allocation() noexcept {
  return counters().allocations;
}

std::vector<Allocation> allocations_after(std::int64_t serial) {
  std::vector<Allocation> list;
  live_table().append_after(serial, list);
  std::ranges::sort(list, {}, &Allocation::serial);
  return list;
}

std::optional<Allocation> find_allocation(const void* address) {
  return live_table().find(address);
}

}  // namespace actscope::tracer
