// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strip_fragments.cuh"
#include "strip_fused.cuh"

/// Products in strips. A thread block owns 128 × columns results, walks its part of the
/// reduction through a ring of stages and skips, a warp at a time, what has no kept block: the left
/// operand is read once a strip, however many columns of blocks the strip has.
namespace actscope::kernels::cuda {

/// The ring of stages of one tile: what is to be copied next, and where.
template <class T, Reduce over, int across, Arithmetic arithmetic>
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
    if constexpr (Shape::can_gather) {
      if (problem_.plan.gathers) clear_last_tokens();
    }
    __syncthreads();
    for (int stage = 0; stage < problem_.stages - 1; ++stage) {
      issue(stage);
      __syncthreads();  // a table that this issue filled is read by the next
    }
    // `stage` is the one that is multiplied next.
    for (int stage = 0; waiting_ > 0; stage = stage + 1 == problem_.stages ? 0 : stage + 1) {
      if (problem_.stages == 3) {
        await_copies<1>();
      } else {
        await_copies<0>();
      }
      __syncthreads();
      issue(stage == 0 ? problem_.stages - 1 : stage - 1);
      if (wants_row_sums()) add_row_sums<T, across>(left_of(stage), row_parts());
      if constexpr (arithmetic == Arithmetic::tensor) {
        multiply_stage<T, over, across>(left_of(stage), right_of(stage), live_of(stage),
                                        gathered_of(stage), sums);
      } else {
        fuse_stage<over, across>(left_of(stage), right_of(stage), live_of(stage), sums);
      }
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
  __device__ void clear_last_tokens() const {
    for (int stage = 0; stage < problem_.stages; ++stage) {
      for (int i = thread_number(); i < Shape::left_stride; i += 64 * across) {
        left_of(stage)[Shape::left_place(Shape::depth, i)] = T{0};
      }
      for (int i = thread_number(); i < Shape::right_stride; i += 64 * across) {
        right_of(stage)[Shape::right_place(Shape::depth, i)] = T{0};
      }
    }
  }
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
  __device__ T* left_of(int stage) const {
    constexpr int sum_bytes = over == Reduce::tokens ? 8 * 64 * across + row_sum_bytes : 0;
    return reinterpret_cast<T*>(dynamic_shared_memory() + segment_bytes + sum_bytes +
                                stage * Shape::stage_bytes);
  }
  __device__ T* right_of(int stage) const { return left_of(stage) + Shape::left_elements; }
  __device__ unsigned char* live_of(int stage) const {
    return reinterpret_cast<unsigned char*>(left_of(problem_.stages)) +
           (mask_bytes + gathered_bytes * across) * stage;
  }
  /// Null where nothing is gathered.
  __device__ unsigned char* gathered_of(int stage) const {
    return Shape::can_gather && problem_.plan.gathers ? live_of(stage) + mask_bytes : nullptr;
  }
  __device__ unsigned* positions_of(int segment) const {
    return reinterpret_cast<unsigned*>(live_of(problem_.stages)) +
           segment % 2 * static_cast<int>(problem_.plan.table_entries);
  }
  __device__ void enter(int segment) const {
    static_assert(2 * sizeof(Segment<T>) <= segment_bytes);
    enter_segment<over>(problem_, segment, first_column_, state_of(segment), positions_of(segment));
  }

  /// Starts the copies of the next stage, if there is one. The first stage of a segment also fills
  /// the table of the segment after it, which is read after the next barrier at the earliest.
  __device__ void issue(int stage) {
    if (segment_ < end_) {
      const Segment<T>& segment = *state_of(segment_);
      stage_left<T, over, across>(problem_, segment, first_k_, first_row_, left_of(stage));
      const PositionTable<T> table{&segment, positions_of(segment_)};
      if (problem_.is_regular) {
        stage_regular<T, over, across>(problem_, table, first_k_, first_column_, right_of(stage),
                                       live_of(stage));
      } else {
        stage_right<T, over, across>(problem_, table, first_k_, first_column_, right_of(stage),
                                     live_of(stage));
      }
      if constexpr (Shape::can_gather) {
        if (problem_.plan.gathers) {
          gather_tokens<T, across>(problem_, table, first_k_, first_column_, live_of(stage),
                                   gathered_of(stage));
        }
      }
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

// One thread block a tile and, where parts have memory of their own, a part.
template <class T, Reduce over, int across, Arithmetic arithmetic>
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
  StripWalk<T, over, across, arithmetic> walk(problem, first_row, first_column);
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
    write_sums<arithmetic, across>(
        sums, out, problem.epilogue, row_sums, static_cast<int>(problem.left_rows),
        static_cast<int>(problem.columns), first_row, first_column, is_added);
  }
}

}  // namespace actscope::kernels::cuda
