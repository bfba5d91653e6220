// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace actscope::core {

/// The least common multiple of all granules.
std::int64_t granule_of(const std::vector<std::int64_t>& granules);

/// Units a walk takes at once so that `bytes_a_unit` transients stay within the budget: a multiple
/// of every granule, at least one of them, at most all.
std::int64_t chunk_units(std::int64_t units, std::int64_t workspace_bytes,
                         std::int64_t bytes_a_unit, const std::vector<std::int64_t>& granules);

}  // namespace actscope::core
