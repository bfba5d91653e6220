// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/allocations/history.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <string_view>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/reports/allocations/curve.hpp"
#include "allocations/sources.hpp"

namespace actscope::reports {
namespace {

// The first bytes; fewer where the file has fewer, or cannot be read.
std::string start_of(const std::filesystem::path& file) {
  std::string start(16, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return start;
}

bool is_database(const std::filesystem::path& file) {
  return start_of(file).starts_with("SQLite format 3");
}

}  // namespace

std::vector<std::string> AllocationHistory::lines_of_source(std::uint32_t source) const {
  std::vector<std::string> stack;
  if (source + 1 >= source_begins.size()) return stack;
  for (std::uint64_t i = source_begins[source]; i < source_begins[source + 1]; ++i) {
    stack.push_back(lines[source_lines[i]]);
  }
  return stack;
}

std::int64_t AllocationHistory::time_of(Tick tick) const {
  if (times_ns.empty()) return 0;
  return tick < times_ns.size() ? times_ns[tick] : times_ns.back();
}

std::vector<std::int8_t> AllocationHistory::devices() const {
  std::array<bool, 256> has{};
  for (const Allocation& block : blocks) has[static_cast<std::uint8_t>(block.device)] = true;
  std::vector<std::int8_t> devices;
  for (std::size_t i = 0; i < has.size(); ++i) {
    if (has[i]) devices.push_back(static_cast<std::int8_t>(i));
  }
  if (devices.size() < 2) return devices;
  std::map<std::int8_t, std::int64_t> highest;
  for (const std::int8_t device : devices) highest[device] = peak_of(*this, device).bytes;
  std::ranges::sort(devices, [&](std::int8_t a, std::int8_t b) {
    return std::pair(a == host_memory, -highest[a]) < std::pair(b == host_memory, -highest[b]);
  });
  return devices;
}

bool is_allocation_file(const std::filesystem::path& file) {
  const std::string start = start_of(file);
  if (start.empty() && !std::ifstream(file)) return false;
  constexpr char newest_protocol = 5;
  const bool is_pickle = file.extension() == ".pickle" || file.extension() == ".pkl" ||
                         (start.size() > 1 && start[0] == '\x80' && start[1] <= newest_protocol);
  return is_pickle || start.starts_with("SQLite format 3");
}

AllocationHistory read_allocations(const std::filesystem::path& file,
                                   const ReadingProgress& progress) {
  if (!is_database(file)) return allocations_of_snapshot(read_snapshot(file, progress));
  const auto require_going_on = [&](double share) {
    if (progress && !progress(share)) throw RunError("the reading was stopped");
  };
  require_going_on(0);
  const StoredTrace trace =
      read_trace_db(file, [&](double share) { return !progress || progress(0.7 * share); });
  require_going_on(0.7);
  AllocationHistory history = allocations_of_trace(trace);
  read_holders(history, file);
  require_going_on(1);
  return history;
}

void divide_before(AllocationHistory& history, const MemoryRecord& memory) {
  const bool has_gradients = std::ranges::any_of(history.blocks, [](const Allocation& block) {
    return block.category == MemoryCategory::gradient;
  });
  std::vector<Allocation> blocks;
  blocks.reserve(history.blocks.size() + memory.composition.size());
  for (Allocation& block : history.blocks) {
    // What is known one by one has an address.
    const bool is_rest = block.is_before && block.address == 0;
    for (const MemoryShare& share : memory.composition) {
      const bool is_kept = share.category == MemoryCategory::parameter ||
                           share.category == MemoryCategory::optimizer_state ||
                           (share.category == MemoryCategory::gradient && !has_gradients);
      if (!is_rest || !is_kept || share.bytes <= 0 || share.bytes > block.bytes) continue;
      Allocation part = block;
      part.bytes = share.bytes;
      part.category = share.category;
      const auto known = std::ranges::find(history.texts, share.layer);
      part.layer = static_cast<std::uint32_t>(known - history.texts.begin());
      if (known == history.texts.end()) history.texts.push_back(share.layer);
      block.bytes -= share.bytes;
      blocks.push_back(part);
    }
    if (block.bytes > 0) blocks.push_back(block);
  }
  history.blocks = std::move(blocks);
  history.ends.clear();
  for (std::uint32_t i = 0; i < history.blocks.size(); ++i) {
    if (history.blocks[i].end != never) history.ends.push_back(i);
  }
  std::ranges::stable_sort(history.ends, {},
                           [&](std::uint32_t block) { return history.blocks[block].end; });
}

}  // namespace actscope::reports
