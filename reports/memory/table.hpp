// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/memory_record.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

/// The peak by category: bytes, share, the layers that hold most of it, and the peak without it.
TextTable memory_table(const MemoryRecord& memory);

/// Where the peak is, and whether two counts of the allocations agree.
std::vector<std::string> memory_remarks(const MemoryRecord& memory);

}  // namespace actscope::reports
