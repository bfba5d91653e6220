// SPDX-License-Identifier: Apache-2.0
#include "memory/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "actscope/base/units.hpp"

namespace actscope::reports {
namespace {

std::string place_of(const MemoryPeak& peak) {
  std::string place = peak.phase.empty() ? "other" : peak.phase;
  if (!peak.layer.empty()) place += " of " + peak.layer;
  if (!peak.slot.empty()) place += ", slot " + peak.slot;
  return place;
}

// The first layers of a category, which stand largest first.
std::string layers_of(const MemoryRecord& memory, MemoryCategory category) {
  constexpr std::size_t shown = 3;
  std::vector<std::string> layers;
  std::size_t others = 0;
  for (const MemoryShare& share : memory.composition) {
    if (share.category != category) continue;
    if (layers.size() == shown) {
      ++others;
      continue;
    }
    layers.push_back((share.layer.empty() ? "no layer" : share.layer) + " " +
                     format_bytes(share.bytes));
  }
  return fmt::format("{}{}", fmt::join(layers, ", "),
                     others > 0 ? fmt::format(", {} more", others) : "");
}

}  // namespace

TextTable memory_table(const MemoryRecord& memory) {
  TextTable table({"at the peak", "bytes", "share", "allocated in", "peak without it", "then in"});
  for (const CategoryAtPeak& row : memory.categories) {
    const double share = static_cast<double>(row.bytes) /
                         static_cast<double>(std::max<std::int64_t>(1, memory.peak.bytes));
    table.add({name_of(row.category), format_bytes(row.bytes), fmt::format("{:.1f} %", 100 * share),
               layers_of(memory, row.category), format_bytes(row.without.bytes),
               place_of(row.without)});
  }
  return table;
}

std::vector<std::string> memory_remarks(const MemoryRecord& memory) {
  std::vector<std::string> remarks;
  remarks.push_back(fmt::format("The peak of step {}, {}, is reached in {}.", memory.step,
                                format_bytes(memory.peak.bytes), place_of(memory.peak)));
  const auto& reported = memory.reported_bytes;
  if (!reported.value) {
    remarks.push_back("Allocations were counted once: " + reported.reason + ".");
  } else if (*reported.value == memory.allocated_bytes) {
    remarks.push_back(fmt::format(
        "Allocator and LibTorch's memory reporting agree: {} bytes allocated in the step.",
        format_count(memory.allocated_bytes)));
  } else {
    remarks.push_back(
        fmt::format("Allocator and LibTorch's memory reporting disagree: {} and {} bytes allocated "
                    "in the step.",
                    format_count(memory.allocated_bytes), format_count(*reported.value)));
  }
  return remarks;
}

}  // namespace actscope::reports
