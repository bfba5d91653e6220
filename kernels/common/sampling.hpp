// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "actscope/kernels/block_spec.hpp"
#include "common/host_device.hpp"

/// Random draws of block selection: the same bits on host and device, whatever the order.
namespace actscope::kernels {

inline constexpr double largest_double = 0x1.fffffffffffffp+1023;

/// Mixes 64 bits so that neighboring numbers give unrelated ones.
/// Source  D. Stafford's variant 13 of the MurmurHash3 finalizer, as in SplitMix64 (G. Steele,
///         D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014)
ACTSCOPE_HOST_DEVICE inline std::uint64_t mix_bits(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
  return bits ^ (bits >> 31);
}

/// A number in (0, 1), multiple of 2⁻⁵⁴, that belongs to block `block` of a draw.
ACTSCOPE_HOST_DEVICE inline double uniform_draw(std::uint64_t seed, std::int64_t block) {
  constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15ULL;
  const std::uint64_t counter = static_cast<std::uint64_t>(block) + 1;
  const std::uint64_t bits = mix_bits(mix_bits(seed + golden_ratio) + counter * golden_ratio);
  return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
}

/// Key of the draws of one group of codes.
ACTSCOPE_HOST_DEVICE inline std::uint32_t rounding_key(std::uint64_t seed, std::int64_t group) {
  constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15ULL;
  const std::uint64_t counter = static_cast<std::uint64_t>(group) + 1;
  return static_cast<std::uint32_t>(
      mix_bits(mix_bits(seed + golden_ratio) + counter * golden_ratio) >> 32);
}

/// A whole number in [0, 2¹⁶) that belongs to element `element` of a group: 32-bit steps only,
/// which vectorize everywhere.
///
/// Source  C. Wellons, "Prospecting for hash functions", 2018: lowbias32
ACTSCOPE_HOST_DEVICE inline std::uint32_t rounding_draw(std::uint32_t key, std::uint32_t element) {
  std::uint32_t bits = key + element * 0x9e3779b9U;
  bits = (bits ^ (bits >> 16)) * 0x7feb352dU;
  bits = (bits ^ (bits >> 15)) * 0x846ca68bU;
  return bits >> 16;  // the last step of the source changes the lower half alone
}

/// Rank of a block among the others of its unit: the largest are kept, non-finite ones first.
ACTSCOPE_HOST_DEVICE inline double selection_key(const BlockSpec& spec, double sum_of_squares,
                                                 std::uint64_t seed, std::int64_t block) {
  if (!(sum_of_squares <= largest_double)) return INFINITY;
  if (spec.select == Select::random) return uniform_draw(seed, block);
  if (spec.rescale == Rescale::unbiased) return sqrt(sum_of_squares) / uniform_draw(seed, block);
  return sum_of_squares;
}

/// Whether a threshold given to Select::threshold says anything.
ACTSCOPE_HOST_DEVICE inline bool is_threshold(double threshold) {
  return threshold > 0 && threshold <= largest_double;
}

/// Scale of a kept block under Rescale::unbiased.
/// `dropped_key` is the largest key that is dropped (0 where none is); `blocks` and `kept` count
/// its unit.
ACTSCOPE_HOST_DEVICE inline float kept_scale(Select select, double key, double dropped_key,
                                             std::uint64_t seed, std::int64_t block,
                                             std::int64_t blocks, std::int64_t kept) {
  if (select == Select::random) {
    return static_cast<float>(static_cast<double>(blocks) / static_cast<double>(kept));
  }
  // Non-finite blocks keep their values as they are, and so does a zero one.
  if (!(key > 0 && key <= largest_double && dropped_key > 0)) return 1.0F;
  const double scale = dropped_key / key / uniform_draw(seed, block);
  return scale > 1 ? static_cast<float>(scale) : 1.0F;
}

}  // namespace actscope::kernels
