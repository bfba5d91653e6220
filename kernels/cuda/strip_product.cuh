// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strip_stage.cuh"

/// Products on tensor cores. A thread block owns 128 × columns results, walks its part of the
/// reduction through a ring of stages and skips, a warp at a time, what has no kept block: the left
/// operand is read once a strip, however many columns of blocks the strip has.
namespace actscope::kernels::cuda {

/// A warp's 64 × 64 results: sums of four tiles down and eight across.
using WarpSums = float[4][8][4];

/// Fragment of rows [row, row + 16) of the left operand, step `s` of a stage.
template <class T, Reduce over, int across>
__device__ void load_left(const T* left, int s, int row, unsigned (&to)[4]) {
  using Shape = StageShape<T, over, across>;
  const int lane = thread_number() % 32;
  if constexpr (sizeof(T) == 4) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int k = s * Shape::step + lane % 4 + i / 2 * 4;
      to[i] = round_to_tf32(left[Shape::left_place(k, row + lane / 4 + i % 2 * 8)]);
    }
  } else if constexpr (over == Reduce::tokens) {
    const int k = s * Shape::step + lane / 16 * 8 + lane % 8;
    load_matrices_transposed(left + Shape::left_place(k, row + lane / 8 % 2 * 8), to);
  } else {
    const int k = s * Shape::step + lane / 16 * 8;
    load_matrices(left + Shape::left_place(k, row + lane % 16), to);
  }
}

/// Two fragments of the right operand, columns [column, column + 8) and the eight after these.
template <class T, Reduce over, int across>
__device__ void load_right(const T* right, int s, int column, unsigned (&to)[4]) {
  using Shape = StageShape<T, over, across>;
  const int lane = thread_number() % 32;
  if constexpr (sizeof(T) == 4) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int k = s * Shape::step + lane % 4 + i % 2 * 4;
      to[i] = round_to_tf32(right[Shape::right_place(k, column + lane / 4 + i / 2 * 8)]);
    }
  } else if constexpr (over == Reduce::tokens) {
    const int k = s * Shape::step + lane % 16;
    load_matrices_transposed(right + Shape::right_place(k, column + lane / 16 * 8), to);
  } else {
    const int k = s * Shape::step + lane / 8 % 2 * 8;
    load_matrices(right + Shape::right_place(k, column + lane / 16 * 8 + lane % 8), to);
  }
}

/// Adds one stage.
template <class T, Reduce over, int across>
__device__ void multiply_stage(const T* left, const T* right, const unsigned char* live,
                               WarpSums& sums) {
  const int warp = thread_number() / 32;
  const int row = warp / across * 64;
  const int column = warp % across * warp_columns;
#pragma unroll 1
  for (int s = 0; s < 2; ++s) {
    const unsigned bits = live[s * across + warp % across];
    if (bits == 0) continue;
    unsigned a[4][4];
#pragma unroll
    for (int i = 0; i < 4; ++i) load_left<T, over, across>(left, s, row + 16 * i, a[i]);
#pragma unroll
    for (int j = 0; j < 8; j += 2) {
      if ((bits >> j & 3u) == 0) continue;
      unsigned b[4];
      load_right<T, over, across>(right, s, column + 8 * j, b);
      if ((bits >> j & 1u) != 0) {
#pragma unroll
        for (int i = 0; i < 4; ++i) multiply_add<T>(sums[i][j], a[i], b[0], b[1]);
      }
      if ((bits >> j & 2u) != 0) {
#pragma unroll
        for (int i = 0; i < 4; ++i) multiply_add<T>(sums[i][j + 1], a[i], b[2], b[3]);
      }
    }
  }
}

/// Adds a stage's tokens to running sums of dy's columns: a thread has two columns and every
/// `across`th token.
// sums [64 · across threads, 2]
template <class T, int across>
__device__ void add_row_sums(const T* left, float* sums) {
  using Shape = StageShape<T, Reduce::tokens, across>;
  const int thread = thread_number();
  float low = sums[2 * thread];
  float high = sums[2 * thread + 1];
#pragma unroll 1
  for (int k = thread / 64; k < Shape::depth; k += across) {
    const T* pair = left + Shape::left_place(k, thread % 64 * 2);
    low += static_cast<float>(pair[0]);
    high += static_cast<float>(pair[1]);
  }
  sums[2 * thread] = low;
  sums[2 * thread + 1] = high;
}

/// The ring of stages of one tile: what is to be copied next, and where.
template <class T, Reduce over, int across>
class StripWalk {
 public:
  using Shape = StageShape<T, over, across>;

  __device__ StripWalk(const StripProblem<T>& problem, int first_row, int first_column)
      : problem_(problem), first_row_(first_row), first_column_(first_column) {}

  /// Adds segments [first, end) to the sums.
  __device__ void run(int first, int end, WarpSums& sums) {
    if (wants_row_sums())
      row_parts()[2 * thread_number()] = row_parts()[2 * thread_number() + 1] = 0;
    if (first == end) return;
    segment_ = first;
    end_ = end;
    first_k_ = 0;
    waiting_ = 0;
    enter(first);
    __syncthreads();
    for (int slot = 0; slot < problem_.stages - 1; ++slot) {
      issue(slot);
      __syncthreads();  // a table that this issue filled is read by the next
    }
    // `slot` is the stage that is multiplied next.
    for (int slot = 0; waiting_ > 0; slot = slot + 1 == problem_.stages ? 0 : slot + 1) {
      if (problem_.stages == 3) {
        await_copies<1>();
      } else {
        await_copies<0>();
      }
      __syncthreads();
      issue(slot == 0 ? problem_.stages - 1 : slot - 1);
      if (wants_row_sums()) add_row_sums<T, across>(left_of(slot), row_parts());
      multiply_stage<T, over, across>(left_of(slot), right_of(slot), live_of(slot), sums);
      --waiting_;
    }
    await_copies<0>();
    __syncthreads();  // the ring is used again
  }

  /// Σ of dy over the segments of the last run, by output of the tile; null where nothing asks.
  /// Called by all threads.
  __device__ const float* row_sums() const {
    if (!wants_row_sums()) return nullptr;
    float* totals = row_parts() + 2 * 64 * across;
    __syncthreads();
    const int row = thread_number();
    if (row < strip_left) {
      float total = 0;
      for (int g = 0; g < across; ++g) total += row_parts()[2 * (64 * g + row / 2) + row % 2];
      totals[row] = total;
    }
    __syncthreads();
    return totals;
  }

 private:
  __device__ bool wants_row_sums() const {
    return over == Reduce::tokens &&
           (problem_.epilogue.column_shift != nullptr ||
            (problem_.epilogue.bias_gradient != nullptr && first_column_ == 0));
  }

  // Segments, sums of rows, stages, masks and tables lie one after the other.
  __device__ Segment<T>* state_of(int segment) const {
    return reinterpret_cast<Segment<T>*>(dynamic_shared_memory()) + segment % 2;
  }
  __device__ float* row_parts() const {
    return reinterpret_cast<float*>(dynamic_shared_memory() + segment_bytes);
  }
  __device__ T* left_of(int slot) const {
    constexpr int sum_bytes = over == Reduce::tokens ? 8 * 64 * across + row_sum_bytes : 0;
    return reinterpret_cast<T*>(dynamic_shared_memory() + segment_bytes + sum_bytes +
                                slot * Shape::stage_bytes);
  }
  __device__ T* right_of(int slot) const { return left_of(slot) + Shape::left_elements; }
  __device__ unsigned char* live_of(int slot) const {
    return reinterpret_cast<unsigned char*>(left_of(problem_.stages)) + 16 * slot;
  }
  __device__ unsigned* slots_of(int segment) const {
    return reinterpret_cast<unsigned*>(live_of(problem_.stages)) +
           segment % 2 * static_cast<int>(problem_.plan.table_entries);
  }
  __device__ void enter(int segment) const {
    static_assert(2 * sizeof(Segment<T>) <= segment_bytes);
    enter_segment<over>(problem_, segment, first_column_, state_of(segment), slots_of(segment));
  }

  /// Starts the copies of the next stage, if there is one. The first stage of a segment also fills
  /// the table of the segment after it, which is read after the next barrier at the earliest.
  __device__ void issue(int slot) {
    if (segment_ < end_) {
      const Segment<T>& segment = *state_of(segment_);
      stage_left<T, over, across>(problem_, segment, first_k_, first_row_, left_of(slot));
      stage_right<T, over, across>(problem_, {&segment, slots_of(segment_)}, first_k_,
                                   first_column_, right_of(slot), live_of(slot));
      ++waiting_;
      if (first_k_ == 0 && segment_ + 1 < end_) enter(segment_ + 1);
      first_k_ += Shape::depth;
      if (first_k_ >= segment.depth) {
        first_k_ = 0;
        ++segment_;
      }
    }
    commit_copies();
  }

  const StripProblem<T>& problem_;
  int first_row_, first_column_;
  int segment_ = 0, end_ = 0;  ///< what is copied next, and where that ends
  int first_k_ = 0;
  int waiting_ = 0;  ///< stages copied or being copied, not yet multiplied
};

/// Writes a warp's sums, or adds them to what is there.
// row_sums [128] or null
template <int across>
__device__ void write_sums(const WarpSums& sums, const DeviceMatrix<float>& out,
                           const DeviceEpilogue<float>& epilogue, const float* row_sums,
                           int left_rows, int columns, int first_row, int first_column,
                           bool is_added) {
  const int warp = thread_number() / 32;
  const int lane = thread_number() % 32;
  const int row_in_tile = warp / across * 64 + lane / 4;
  first_row += row_in_tile;
  first_column += warp % across * warp_columns + lane % 4 * 2;
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    const int row = first_row + 8 * i;
    if (row >= left_rows) continue;
    float* to = out.row(0, row);
    const float row_sum = row_sums == nullptr ? 0 : row_sums[row_in_tile + 8 * i];
#pragma unroll
    for (int j = 0; j < 8; ++j) {
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const int column = first_column + 8 * j + e;
        if (column >= columns) continue;
        const float sum = epilogue.apply(sums[i / 2][j][i % 2 * 2 + e], row_sum, column);
        to[column] = is_added ? to[column] + sum : sum;
      }
    }
  }
}

// One thread block a tile and, where parts have memory of their own, a part.
template <class T, Reduce over, int across>
__global__ void __launch_bounds__(64 * across, across == 2 ? 2 : 1)
    strip_kernel(const __grid_constant__ StripProblem<T> problem) {
  const StripPlan& plan = problem.plan;
  const bool is_split = problem.parts_out != nullptr;
  const int left_tiles = static_cast<int>(plan.left_tiles);
  const int strips = static_cast<int>(plan.strips);
  const int parts = static_cast<int>(plan.parts);
  const int item = static_cast<int>(blockIdx.x);
  const int first_row = item % left_tiles * strip_left;
  const int first_column = item / left_tiles % strips * StageShape<T, over, across>::columns;
  const int first_part = item / left_tiles / strips;  // 0 unless split
  const int end_part = is_split ? first_part + 1 : parts;
  StripWalk<T, over, across> walk(problem, first_row, first_column);
  for (int part = first_part; part < end_part; ++part) {
    WarpSums sums = {};
    walk.run(static_cast<int>(part * plan.segments / parts),
             static_cast<int>((part + 1) * plan.segments / parts), sums);
    DeviceMatrix<float> out = problem.out;
    float* bias = problem.epilogue.bias_gradient;
    if (is_split) {
      out = {problem.parts_out + part * problem.left_rows * problem.columns, 0, problem.columns};
      bias = problem.parts_bias + part * problem.left_rows;
    }
    const bool is_added = !is_split && (part > 0 || problem.output == Output::accumulate);
    const float* row_sums = walk.row_sums();
    const int row = first_row + thread_number();
    if (problem.epilogue.bias_gradient != nullptr && first_column == 0 &&
        thread_number() < strip_left && row < problem.left_rows) {
      bias[row] = is_added ? bias[row] + row_sums[thread_number()] : row_sums[thread_number()];
    }
    write_sums<across>(sums, out, problem.epilogue, row_sums, static_cast<int>(problem.left_rows),
                       static_cast<int>(problem.columns), first_row, first_column, is_added);
  }
}

}  // namespace actscope::kernels::cuda
