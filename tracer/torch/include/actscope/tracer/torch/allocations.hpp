// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// One live piece of memory of the counting allocator.
struct Allocation {
  const void* address = nullptr;
  std::int64_t bytes = 0;   ///< as requested
  std::int64_t serial = 0;  ///< counts allocations of the process from 1
  TracePlace place;         ///< where it was made; the empty place while nothing recorded
};

/// The serial of the newest allocation.
std::int64_t last_allocation() noexcept;

/// What is live now and was allocated after `serial`, oldest first.
/// Cost  one pass over all live allocations
std::vector<Allocation> allocations_after(std::int64_t serial);

/// The allocation that begins at this address; nothing where the memory is not the allocator's.
std::optional<Allocation> find_allocation(const void* address);

}  // namespace actscope::tracer
