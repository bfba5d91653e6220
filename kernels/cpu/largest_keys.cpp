// SPDX-License-Identifier: Apache-2.0
#include "cpu/largest_keys.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace actscope::kernels::cpu {
namespace {

constexpr int bucket_bits = 11;
// Below, sorting out the candidates costs less than clearing the histogram.
constexpr std::size_t few_keys = 256;

// Keys of at least 0 order as the integers of their bits do.
std::uint64_t bits_of(double key) {
  return std::bit_cast<std::uint64_t>(key);
}

struct KeyRange {
  std::uint64_t least, largest;
};

// Four at a time, so that no comparison waits for the one before.
KeyRange range_of(std::span<const double> keys) {
  constexpr std::size_t at_once = 4;
  double least[at_once], largest[at_once];
  std::fill_n(least, at_once, keys[0]);
  std::fill_n(largest, at_once, keys[0]);
  for (std::size_t i = 0; i < keys.size(); i += at_once) {
    const std::size_t first = std::min(i, keys.size() - at_once);  // some are looked at twice
    for (std::size_t k = 0; k < at_once; ++k) {
      least[k] = std::min(least[k], keys[first + k]);
      largest[k] = std::max(largest[k], keys[first + k]);
    }
  }
  return {bits_of(*std::min_element(least, least + at_once)),
          bits_of(*std::max_element(largest, largest + at_once))};
}

}  // namespace

double largest_dropped(std::span<const double> keys, KeyThreshold least) {
  double dropped = 0;
  for (const double key : keys) {
    if (!least.keeps(key)) dropped = std::max(dropped, key);
  }
  return dropped;
}

KeyThreshold LargestKeys::threshold(std::span<const double> keys, std::int64_t kept) {
  candidates_.clear();
  std::int64_t wanted = kept;  // rank among the candidates
  if (keys.size() < few_keys) {
    for (const double key : keys) candidates_.push_back(bits_of(key));
  } else {
    const auto [least, largest] = range_of(keys);
    const int shift = std::max(0, static_cast<int>(std::bit_width(largest - least)) - bucket_bits);
    histogram_.assign(std::size_t{1} << bucket_bits, 0);
    for (const double key : keys) ++histogram_[(bits_of(key) - least) >> shift];
    std::size_t bucket = histogram_.size() - 1;
    while (histogram_[bucket] < wanted) wanted -= histogram_[bucket--];
    for (const double key : keys) {
      if ((bits_of(key) - least) >> shift == bucket) candidates_.push_back(bits_of(key));
    }
  }
  const auto place = candidates_.begin() + (wanted - 1);
  std::nth_element(candidates_.begin(), place, candidates_.end(), std::greater<>());
  const std::uint64_t key = *place;
  const auto above =
      std::count_if(candidates_.begin(), place, [key](std::uint64_t other) { return other > key; });
  return {std::bit_cast<double>(key), wanted - above};
}

}  // namespace actscope::kernels::cpu
