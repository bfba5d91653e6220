// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/measured.hpp"

namespace actscope {

/// What memory is for.
enum class MemoryCategory : std::uint8_t {
  parameter,
  gradient,
  optimizer_state,
  saved_activation,  ///< kept by the autograd graph at the end of forward
  output,            ///< loss and logits
  workspace,         ///< comes and goes within a step
  other,             ///< the batch, and what lives longer for another reason
};
inline constexpr std::size_t memory_category_count = 7;

/// "parameter", "gradient", "optimizer_state", …
const char* name_of(MemoryCategory category);

/// The highest live bytes of a step, and where the allocation ran that reached them.
struct MemoryPeak {
  std::int64_t bytes = 0;
  std::string layer;
  std::string slot;
  std::string phase;
};

/// Part of what is live at the peak. The layer is where the memory was allocated.
struct MemoryShare {
  MemoryCategory category = MemoryCategory::other;
  std::string layer;
  std::int64_t bytes = 0;
  std::int64_t allocations = 0;
};

/// One category at the peak, and what the peak of the step would be without all its memory.
struct CategoryAtPeak {
  MemoryCategory category = MemoryCategory::other;
  std::int64_t bytes = 0;
  MemoryPeak without;
};

/// The memory of one step, explained at its peak. Units: bytes.
struct MemoryRecord {
  std::int64_t step = 0;
  MemoryPeak peak;
  std::vector<MemoryShare> composition;    ///< sums up to peak.bytes; largest first
  std::vector<CategoryAtPeak> categories;  ///< the same by category; largest first
  std::int64_t allocated_bytes = 0;        ///< of all allocations of the step, by the allocator
  /// The same, as LibTorch's memory-reporting interface told it.
  Measured<std::int64_t> reported_bytes;
};

}  // namespace actscope
