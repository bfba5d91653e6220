// SPDX-License-Identifier: Apache-2.0
#include "saving/chunk_units.hpp"

#include <algorithm>
#include <numeric>

namespace actscope::core {

std::int64_t granule_of(const std::vector<std::int64_t>& granules) {
  std::int64_t granule = 1;
  for (std::int64_t g : granules) granule = std::lcm(granule, std::max<std::int64_t>(1, g));
  return granule;
}

std::int64_t chunk_units(std::int64_t units, std::int64_t workspace_bytes,
                         std::int64_t bytes_a_unit, const std::vector<std::int64_t>& granules) {
  const std::int64_t granule = granule_of(granules);
  const std::int64_t fitting = workspace_bytes / std::max<std::int64_t>(1, bytes_a_unit);
  const std::int64_t step = std::max<std::int64_t>(1, fitting / granule) * granule;
  return std::clamp<std::int64_t>(step, 1, std::max<std::int64_t>(1, units));
}

}  // namespace actscope::core
