// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace actscope::kernels::cpu {

/// Bit i is set where key i is above (equal to) a threshold.
struct KeyBits {
  std::uint32_t above = 0;
  std::uint32_t equal = 0;
};

/// Requires 0 <= count <= 32; no NaN
KeyBits compare_keys(const double* keys, std::int64_t count, double threshold);

}  // namespace actscope::kernels::cpu
