// SPDX-License-Identifier: Apache-2.0
#include "counting_cpu_allocator.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actscope/base/error.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "actscope/tracer/torch/allocations.hpp"
#include "guard_page_memory.hpp"

namespace actscope::tracer {
namespace {

constexpr const char* guard_pages_variable = "ACTSCOPE_GUARD_PAGES";

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

// LibTorch's own allocator, which also serves the memory-reporting interface, a second count.
c10::Allocator& libtorch_allocator() {
  static c10::Allocator* const allocator = c10::GetDefaultCPUAllocator();
  return *allocator;
}

// Null unless ACTSCOPE_GUARD_PAGES asks for it. Never destroyed, as the table.
GuardPageMemory*& guard_pages() {
  static GuardPageMemory* memory = nullptr;
  return memory;
}

void* take(std::size_t bytes) {
  GuardPageMemory* const guarded = guard_pages();
  void* pointer = guarded != nullptr ? guarded->allocate(bytes) : nullptr;
  if (pointer == nullptr) return libtorch_allocator().raw_allocate(bytes);
  c10::profiledCPUMemoryReporter().New(pointer, bytes);
  return pointer;
}

void give_back(void* pointer) {
  GuardPageMemory* const guarded = guard_pages();
  if (guarded == nullptr || !guarded->release(pointer)) {
    return libtorch_allocator().raw_deleter()(pointer);
  }
  c10::profiledCPUMemoryReporter().Delete(pointer);
}

void say_what_was_guarded() {
  const GuardPageMemory::Counters counters = guard_pages()->counters();
  std::fprintf(stderr, "guard pages: %lld blocks guarded, %lld not\n",
               static_cast<long long>(counters.guarded_blocks),
               static_cast<long long>(counters.refused_blocks));
}

// Switches guard pages on where the environment asks for them, for the rest of the process.
void set_guard_pages_up() {
  const char* const text = std::getenv(guard_pages_variable);
  const std::string_view value = text == nullptr ? "" : text;
  if (value.empty() || value == "0") return;
  if (value != "1") {
    throw ConfigError(error_text(std::string(guard_pages_variable) + " is neither 0 nor 1",
                                 "it is \"" + std::string(value) + "\"",
                                 "set 1 to guard the memory of tensors, or unset it"));
  }
  guard_pages() = new GuardPageMemory;
  std::atexit(&say_what_was_guarded);
}

void counted_free(void* pointer) {
  if (pointer == nullptr) return;
  const std::optional<Allocation> ours = live_table().erase(pointer);
  give_back(pointer);
  if (!ours) return;
  const std::int64_t removed = ours->bytes;
  const std::int64_t live = counters().live_bytes.fetch_sub(removed) - removed;
  ++counters().frees;
  record_memory(pointer, -removed, live);
}

class CountingCpuAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    void* pointer = take(bytes);
    if (pointer != nullptr && list(pointer, bytes)) {
      const auto added = static_cast<std::int64_t>(bytes);
      const std::int64_t live = counters().live_bytes.fetch_add(added) + added;
      raise_peak(live);
      record_memory(pointer, added, live);
    }
    return {pointer, pointer, &counted_free, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &counted_free; }

  // Where there is no memory for the list, the program gets its memory, which is not counted then.
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
    set_guard_pages_up();
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
