// SPDX-License-Identifier: Apache-2.0
#include "counting_cpu_allocator.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>

#include "actscope/tracer/recorder.hpp"

namespace actscope::tracer {
namespace {

// Bytes asked for, by address. Sizes cannot hang on the DataPtr: its context must be the data
// pointer itself (oneDNN's raw_allocate asserts it).
class SizeTable {
 public:
  void insert(void* pointer, std::size_t bytes) {
    Shard& shard = shard_of(pointer);
    const std::scoped_lock lock(shard.mutex);
    shard.sizes[pointer] = bytes;
  }

  // The size, or 0 and false for memory that was not ours.
  std::pair<std::size_t, bool> erase(void* pointer) {
    Shard& shard = shard_of(pointer);
    const std::scoped_lock lock(shard.mutex);
    const auto entry = shard.sizes.find(pointer);
    if (entry == shard.sizes.end()) return {0, false};
    const std::size_t bytes = entry->second;
    shard.sizes.erase(entry);
    return {bytes, true};
  }

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<void*, std::size_t> sizes;
  };
  Shard& shard_of(void* pointer) {
    return shards_[reinterpret_cast<std::uintptr_t>(pointer) / 64 % shards_.size()];
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
SizeTable& size_table() {
  static auto* table = new SizeTable;
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

void counted_free(void* pointer) {
  if (pointer == nullptr) return;
  const auto [bytes, is_ours] = size_table().erase(pointer);
  c10::free_cpu(pointer);
  if (!is_ours) return;
  const auto removed = static_cast<std::int64_t>(bytes);
  const std::int64_t live = counters().live_bytes.fetch_sub(removed) - removed;
  ++counters().frees;
  record_memory(pointer, -removed, live);
}

class CountingCpuAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    void* pointer = c10::alloc_cpu(bytes);
    if (pointer != nullptr) {
      size_table().insert(pointer, bytes);
      ++counters().allocations;
      const auto added = static_cast<std::int64_t>(bytes);
      const std::int64_t live = counters().live_bytes.fetch_add(added) + added;
      raise_peak(live);
      record_memory(pointer, added, live);
    }
    return {pointer, pointer, &counted_free, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &counted_free; }

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

}  // namespace actscope::tracer
