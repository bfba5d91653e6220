// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "launch.cuh"
#include "launch_plan.hpp"
#include "radix_digits.hpp"

/// Largest keys by one thread block.
namespace actscope::kernels::cuda {

/// Above the bits of every finite key; what is not finite ranks first.
constexpr std::uint64_t nonfinite_key = ~std::uint64_t{0};

/// The bits of a key of at least 0, which order as the keys do.
__device__ inline std::uint64_t key_bits(double key) {
  return isfinite(key) ? static_cast<std::uint64_t>(__double_as_longlong(key)) : nonfinite_key;
}
__device__ inline double key_value(std::uint64_t bits) {
  return bits == nonfinite_key ? INFINITY : __longlong_as_double(static_cast<std::int64_t>(bits));
}

/// The key of some rank, and how many blocks of exactly that key are still to be kept.
struct Threshold {
  std::uint64_t key;
  std::int64_t equals_wanted;
};

/// The key of rank `wanted` (1 is the largest) among keys(0) … keys(blocks − 1), found digit by
/// digit from the top. Called by all threads of a block.
/// Requires 1 <= wanted <= blocks
template <class Keys>
__device__ Threshold find_threshold(const Keys& keys, std::int64_t blocks, std::int64_t wanted) {
  __shared__ std::uint32_t histogram[digits];
  __shared__ Threshold found;
  std::uint64_t prefix = 0;
  std::uint64_t known = 0;
  for (int shift = 64 - digit_bits; shift >= 0; shift -= digit_bits) {
    for (unsigned d = threadIdx.x; d < digits; d += blockDim.x) histogram[d] = 0;
    __syncthreads();
    for (std::int64_t i = threadIdx.x; i < blocks; i += blockDim.x) {
      const std::uint64_t key = keys(i);
      // Whole numbers: the sum does not depend on the order of the additions.
      if ((key & known) == prefix) atomicAdd(&histogram[(key >> shift) & (digits - 1)], 1u);
    }
    __syncthreads();
    if (threadIdx.x < warp_threads) {
      // Eight digits a lane, lane 0 the largest ones.
      constexpr unsigned own_digits = digits / warp_threads;
      unsigned d = digits - 1 - own_digits * threadIdx.x;
      std::uint32_t own = 0;
      for (unsigned k = 0; k < own_digits; ++k) own += histogram[d - k];
      std::uint32_t through = own;  // keys of the lanes up to this one
      for (unsigned distance = 1; distance < warp_threads; distance *= 2) {
        const std::uint32_t before = __shfl_up_sync(~0u, through, distance);
        if (threadIdx.x >= distance) through += before;
      }
      std::int64_t left = wanted - (through - own);
      if (left > 0 && left <= own) {
        while (histogram[d] < left) left -= histogram[d--];
        found = {prefix | (std::uint64_t{d} << shift), left};
      }
    }
    __syncthreads();
    prefix = found.key;
    wanted = found.equals_wanted;
    known |= std::uint64_t{digits - 1} << shift;
  }
  return {prefix, wanted};
}

/// Equal keys counted in the order of their numbers: calls visit(number, is_equal, rank among the
/// equal ones) once a number, a block of threads at a time. Called by all threads of a block.
template <class Keys, class Visit>
__device__ void rank_equals(const Keys& keys, std::int64_t blocks, std::uint64_t key,
                            const Visit& visit) {
  __shared__ std::uint32_t equals_of_warp[32];
  const unsigned warp = threadIdx.x / warp_threads;
  const unsigned lane = threadIdx.x % warp_threads;
  std::int64_t equals_before = 0;
  for (std::int64_t base = 0; base < blocks; base += blockDim.x) {
    const std::int64_t number = base + threadIdx.x;
    const bool is_equal = number < blocks && keys(number) == key;
    const std::uint32_t equal_lanes = __ballot_sync(~0u, is_equal);
    if (lane == 0) equals_of_warp[warp] = __popc(equal_lanes);
    __syncthreads();
    std::int64_t rank = equals_before + __popc(equal_lanes & ((1u << lane) - 1));
    for (unsigned w = 0; w < blockDim.x / warp_threads; ++w) {
      if (w < warp) rank += equals_of_warp[w];
      equals_before += equals_of_warp[w];
    }
    visit(number, is_equal, rank);
    __syncthreads();
  }
}

}  // namespace actscope::kernels::cuda
