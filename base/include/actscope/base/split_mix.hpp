// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace actscope {

/// Spreads the bits of a number over all of its 64: the finalizer of SplitMix64.
constexpr std::uint64_t mix_bits(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// SplitMix64: a small generator whose whole state is one number, so that any (seed, epoch, sample)
/// has a stream of its own. Source: Steele, Lea, Flood 2014.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t state) : state_(state) {}

  /// A stream that depends on all three.
  SplitMix64(std::uint64_t seed, std::uint64_t epoch, std::uint64_t sample)
      : state_(mix_bits(mix_bits(mix_bits(seed) ^ epoch) ^ sample)) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    return mix_bits(state_);
  }

  /// Uniform in 0 … bound − 1.
  /// Requires bound >= 1
  std::uint64_t below(std::uint64_t bound) {
    // The bias of a remainder is below bound / 2^64.
    return next() % bound;
  }

  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace actscope
