// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace actscope::kernels::cpu {

/// The key of a given rank, and how many keys of exactly that value belong to the kept ones.
struct KeyThreshold {
  double key = 0;
  std::int64_t equals_kept = 0;

  /// Whether a key, asked for in the order of ties, belongs to the kept ones.
  bool keeps(double other) noexcept { return other > key || (other == key && equals_kept-- > 0); }
};

/// The largest key that `least` drops, 0 where it drops none.
double largest_dropped(std::span<const double> keys, KeyThreshold least);

/// Finds thresholds without sorting; keeps its scratch memory from call to call.
class LargestKeys {
 public:
  /// The threshold of the `kept` largest keys.
  /// Requires 1 <= kept <= keys.size(); keys at least 0, infinity included, none NaN
  KeyThreshold threshold(std::span<const double> keys, std::int64_t kept);

 private:
  std::vector<std::uint64_t> candidates_;
  std::vector<std::uint32_t> histogram_;
};

}  // namespace actscope::kernels::cpu
