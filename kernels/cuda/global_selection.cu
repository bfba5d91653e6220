// SPDX-License-Identifier: Apache-2.0
// Selection where all blocks of a matrix compete: the key of a rank, found by all thread blocks
// together. A launch counts one digit of the keys that agree with what is known; its last thread
// block reads the counts and settles the digit. After the key's digits come those of the block's
// number, complemented, so that equal keys rank by their numbers as the reference has them. Counts
// are whole numbers: nothing depends on the order in which thread blocks run.
#include "common/sampling.hpp"
#include "global_selection.hpp"
#include "kernels.hpp"
#include "launch.cuh"
#include "radix_select.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned count_threads = 256;
constexpr std::int64_t keys_a_thread = 8;
constexpr int key_digits = 64 / digit_bits;

struct SearchShape {
  std::int64_t blocks;
  std::int64_t kept;
  bool has_threshold;
};

/// Which digit a launch settles: of the key, or of the complemented number.
struct Digit {
  int shift;
  bool of_number;
  bool is_first;
  bool is_last;
};

__device__ std::uint64_t above(int shift) {
  return shift + digit_bits >= 64 ? 0 : ~std::uint64_t{0} << (shift + digit_bits);
}

/// Counts a run of equal digits at a time: the top digits of neighbors are mostly the same.
class DigitCounter {
 public:
  __device__ explicit DigitCounter(std::uint32_t* histogram) : histogram_(histogram) {}
  __device__ void add(unsigned digit) {
    if (digit != last_) {
      flush();
      last_ = digit;
    }
    ++count_;
  }
  __device__ void flush() {
    if (count_ > 0) atomicAdd(&histogram_[last_], count_);
    count_ = 0;
  }

 private:
  std::uint32_t* histogram_;
  unsigned last_ = 0;
  std::uint32_t count_ = 0;
};

/// Settles a digit: the largest whose keys, with those of larger digits, reach the wanted rank.
/// Called by the first warp.
__device__ void settle(const std::uint32_t* histogram, std::int64_t wanted, unsigned* digit,
                       std::int64_t* left) {
  constexpr unsigned own_digits = digits / warp_threads;
  unsigned d = digits - 1 - own_digits * threadIdx.x;  // lane 0 has the largest ones
  std::uint32_t own = 0;
  for (unsigned k = 0; k < own_digits; ++k) own += histogram[d - k];
  std::uint32_t through = own;
  for (unsigned distance = 1; distance < warp_threads; distance *= 2) {
    const std::uint32_t before = __shfl_up_sync(~0u, through, distance);
    if (threadIdx.x >= distance) through += before;
  }
  std::int64_t rest = wanted - (through - own);
  if (rest > 0 && rest <= own) {
    while (histogram[d] < rest) rest -= histogram[d--];
    *digit = d;
    *left = rest;
  }
}

/// What the last thread block of a launch does.
__device__ void end_digit(GlobalSelection* shared, const SearchShape& shape, const Digit& at,
                          const Draw& draw, UnitLimit* limit) {
  __shared__ unsigned digit[2];
  __shared__ std::int64_t left[2];
  __shared__ bool is_apart;
  if (threadIdx.x == 0 && at.is_first) {
    shared->holds =
        shape.has_threshold && is_threshold(shared->threshold) && shared->reaching <= shape.kept;
    shared->kept.wanted =
        shared->holds != 0 ? max(std::int64_t{shared->reaching}, std::int64_t{1}) : shape.kept;
    // Where nothing is dropped, the last kept key stands for the largest dropped one.
    shared->other.wanted = shared->holds != 0 ? shape.kept : min(shape.kept + 1, shape.blocks);
  }
  if (threadIdx.x == 0) is_apart = shared->kept.prefix != shared->other.prefix;
  __syncthreads();
  if (threadIdx.x < warp_threads) {
    settle(shared->histogram[0], shared->kept.wanted, &digit[0], &left[0]);
    if (!at.of_number) {
      settle(shared->histogram[is_apart ? 1 : 0], shared->other.wanted, &digit[1], &left[1]);
    }
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    RankSearch& kept = shared->kept;
    (at.of_number ? kept.number : kept.prefix) |= std::uint64_t{digit[0]} << at.shift;
    kept.wanted = left[0];
    if (!at.of_number) {
      shared->other.prefix |= std::uint64_t{digit[1]} << at.shift;
      shared->other.wanted = left[1];
    }
    shared->blocks_done = 0;
    if (at.is_last) {
      const auto number = std::int64_t{~static_cast<std::uint32_t>(kept.number)};
      const double other = key_value(shared->other.prefix);
      double dropped = shape.kept < shape.blocks ? other : 0;
      if (shared->holds != 0) dropped = shared->threshold;
      *limit = {kept.prefix, number, dropped};
      if (shape.has_threshold) {
        *draw.threshold = shared->holds != 0 ? other : key_value(kept.prefix);
      }
    }
  }
  for (unsigned d = threadIdx.x; d < digits; d += blockDim.x) {
    shared->histogram[0][d] = shared->histogram[1][d] = 0;
  }
}

__global__ void __launch_bounds__(count_threads)
    begin_kernel(GlobalSelection* shared, bool has_threshold, Draw draw) {
  for (unsigned d = threadIdx.x; d < digits; d += blockDim.x) {
    shared->histogram[0][d] = shared->histogram[1][d] = 0;
  }
  if (threadIdx.x != 0) return;
  shared->kept = shared->other = {0, 0, 0};
  shared->threshold = has_threshold ? *draw.threshold : 0;
  shared->reaching = shared->holds = shared->blocks_done = 0;
}

// keys [blocks]
__global__ void __launch_bounds__(count_threads)
    count_kernel(const std::uint64_t* keys, SearchShape shape, Digit at, Draw draw,
                 GlobalSelection* shared, UnitLimit* limit) {
  __shared__ std::uint32_t histogram[2][digits];
  __shared__ std::uint32_t reaching;
  __shared__ bool is_last_block;
  for (unsigned d = threadIdx.x; d < digits; d += blockDim.x) histogram[0][d] = histogram[1][d] = 0;
  if (threadIdx.x == 0) reaching = 0;
  const std::uint64_t prefix = shared->kept.prefix;
  const std::uint64_t other = shared->other.prefix;
  const std::uint64_t number_prefix = shared->kept.number;
  const bool counts_reaching =
      at.is_first && shape.has_threshold && is_threshold(shared->threshold);
  const std::uint64_t least = counts_reaching ? key_bits(shared->threshold) : 0;
  const bool is_apart = !at.of_number && prefix != other;
  const std::uint64_t known = at.of_number ? ~std::uint64_t{0} : above(at.shift);
  const std::uint64_t known_number =
      (std::uint64_t{1} << 32) - (std::uint64_t{1} << (at.shift + digit_bits));
  __syncthreads();
  DigitCounter of_kept(histogram[0]), of_other(histogram[1]);
  std::uint32_t mine = 0;
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < shape.blocks;
       i += stride) {
    const std::uint64_t key = keys[i];
    if ((key & known) == prefix) {
      if (!at.of_number) {
        of_kept.add(static_cast<unsigned>(key >> at.shift) & (digits - 1));
      } else {
        const std::uint64_t number = ~static_cast<std::uint32_t>(i);
        if ((number & known_number) == number_prefix) {
          of_kept.add(static_cast<unsigned>(number >> at.shift) & (digits - 1));
        }
      }
    }
    if (is_apart && (key & known) == other) {
      of_other.add(static_cast<unsigned>(key >> at.shift) & (digits - 1));
    }
    if (counts_reaching && key >= least) ++mine;
  }
  of_kept.flush();
  of_other.flush();
  if (mine > 0) atomicAdd(&reaching, mine);
  __syncthreads();
  for (unsigned d = threadIdx.x; d < digits; d += blockDim.x) {
    if (histogram[0][d] > 0) atomicAdd(&shared->histogram[0][d], histogram[0][d]);
    if (histogram[1][d] > 0) atomicAdd(&shared->histogram[1][d], histogram[1][d]);
  }
  if (threadIdx.x == 0 && reaching > 0) atomicAdd(&shared->reaching, reaching);
  __threadfence();  // counts are there before the block says that it is done
  __syncthreads();
  if (threadIdx.x == 0) is_last_block = atomicAdd(&shared->blocks_done, 1u) + 1 == gridDim.x;
  __syncthreads();
  if (!is_last_block) return;
  __threadfence();
  end_digit(shared, shape, at, draw, limit);
}

}  // namespace

void select_over_device(void* stream, const PanelLayout& layout, const std::uint64_t* keys,
                        const Draw& draw, UnitLimit* limit, GlobalSelection* shared) {
  const UnitPlan plan = plan_units(layout);
  const bool has_threshold = plan.spec.select == Select::threshold;
  const SearchShape shape{plan.every.blocks, plan.every.kept, has_threshold};
  launch("select_blocks, begin", {1, count_threads}, stream, begin_kernel, shared, has_threshold,
         draw);
  const GridPlan grid = plan_grid(shape.blocks, count_threads * keys_a_thread, count_threads);
  constexpr int number_digits = 32 / digit_bits;
  for (int digit = 0; digit < key_digits + number_digits; ++digit) {
    const bool of_number = digit >= key_digits;
    const int left = of_number ? key_digits + number_digits - digit : key_digits - digit;
    const Digit at{(left - 1) * digit_bits, of_number, digit == 0,
                   digit + 1 == key_digits + number_digits};
    launch("select_blocks, limit", grid, stream, count_kernel, keys, shape, at, draw, shared,
           limit);
  }
}

}  // namespace actscope::kernels::cuda
