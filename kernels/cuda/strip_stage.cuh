// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strip_problem.cuh"
#include "tensor_core.cuh"

/// Staging memory of products in strips: how it is laid out, and the copies into it.
namespace actscope::kernels::cuda {

/// Lengths that follow from the element type and the direction of the reduction. Rows are longer
/// than what they hold, so that the rows of a fragment lie in different banks.
template <class T, Reduce over, int across>
struct StageShape {
  static constexpr int chunk = 16 / sizeof(T);                 // elements copied at a time
  static constexpr int step = 32 / sizeof(T);                  // of one instruction
  static constexpr int depth = stage_depth_bytes / sizeof(T);  // of a stage: two steps
  static constexpr int columns = warp_columns * across;
  static constexpr bool by_token = over == Reduce::tokens;
  static constexpr bool can_gather = by_token && sizeof(T) == 2;
  static constexpr int left_stride = by_token ? strip_left + 8 : depth + chunk;
  static constexpr int right_stride = by_token ? columns + 8 : depth + chunk;
  // Token number `depth` is zero.
  static constexpr int left_elements = left_stride * (by_token ? depth + 1 : strip_left);
  static constexpr int right_elements = right_stride * (by_token ? depth + 1 : columns);
  static constexpr int stage_bytes = (left_elements + right_elements) * sizeof(T);

  /// Places of element (k, row) of the left operand and (k, column) of the right one.
  __device__ static int left_place(int k, int row) {
    return by_token ? k * left_stride + row : row * left_stride + k;
  }
  __device__ static int right_place(int k, int column) {
    return by_token ? k * right_stride + column : column * right_stride + k;
  }
};

/// Copies `count` (0 to 16 / sizeof(T)) elements and fills the rest of 16 bytes with zeros.
template <class T>
__device__ void copy_chunk(T* shared, const T* global, int count, bool is_aligned) {
  constexpr int chunk = 16 / sizeof(T);
  if (is_aligned) {
    copy_async(shared, global, count * static_cast<int>(sizeof(T)));
    return;
  }
#pragma unroll 1
  for (int e = 0; e < chunk; ++e) shared[e] = e < count ? global[e] : T{0};
}

/// Fills the left operand's part of a stage.
// left [depth, 128] from dy, [128, depth] from dt; zeros outside the segment and the matrix
template <class T, Reduce over, int across>
__device__ void stage_left(const StripProblem<T>& problem, const Segment<T>& segment, int first_k,
                           int first_row, T* left) {
  using Shape = StageShape<T, over, across>;
  constexpr int chunks = strip_left * Shape::depth / Shape::chunk;
  constexpr int along = (Shape::by_token ? strip_left : Shape::depth) / Shape::chunk;
  const int rows = static_cast<int>(problem.left_rows) - first_row;
  const int depth = segment.depth - first_k;
#pragma unroll 1
  for (int e = thread_number(); e < chunks; e += 64 * across) {
    const int line = e / along;
    const int first = e % along * Shape::chunk;
    const int lines = Shape::by_token ? depth : rows;
    const int elements = (Shape::by_token ? rows : depth) - first;
    const int count = line < lines ? max(min(elements, Shape::chunk), 0) : 0;
    const T* from = segment.left;
    if (count > 0) {
      from += (Shape::by_token ? first_k + line : first_row + line) * problem.left.row_stride +
              (Shape::by_token ? first_row + first : first_k + first);
    }
    T* to =
        left + (Shape::by_token ? Shape::left_place(line, first) : Shape::left_place(first, line));
    copy_chunk(to, from, count, problem.left_is_aligned);
  }
}

/// Lists the tokens of a stage that have something to add to a warp's columns, so that it
/// multiplies those alone; the list ends with the token of zeros.
/// Requires plan.gathers
// live as below; tokens [across, 32]
template <class T, int across>
__device__ void gather_tokens(const StripProblem<T>& problem, const PositionTable<T>& table,
                              int first_k, int first_column, unsigned char* live,
                              unsigned char* tokens) {
  using Shape = StageShape<T, Reduce::tokens, across>;
  const int warp = thread_number() / 32;
  const int lane = thread_number() % 32;
  if (warp >= across) return;
  const int token = first_k + lane;
  const int column = first_column + warp * warp_columns;
  const bool is_kept =
      lane < Shape::depth && table.any_kept(problem, token, token + 1, column, column + 1);
  const unsigned kept = __ballot_sync(~0u, is_kept);
  const int count = __popc(kept);
  if (is_kept) {
    tokens[gathered_bytes * warp + __popc(kept & ((1u << lane) - 1))] =
        static_cast<unsigned char>(lane);
  }
  if (lane >= count) {
    tokens[gathered_bytes * warp + lane] = static_cast<unsigned char>(Shape::depth);
  }
  if (lane < 2) live[lane * across + warp] = lane * Shape::step < count ? 0xff : 0;
}

/// The sub-tile of the right operand that four neighboring threads copy: one step by eight columns.
template <class T, Reduce over, int across>
struct SubTile {
  using Shape = StageShape<T, over, across>;
  static constexpr int chunks_a_line = (Shape::by_token ? 8 : Shape::step) / Shape::chunk;

  int quarter;    ///< which of the four
  int k, column;  ///< its first ones, counted from the stage's

  __device__ SubTile() {
    const int thread = thread_number();
    quarter = thread % 4;
    k = thread / (32 * across) * Shape::step;
    column = thread / 4 % (8 * across) * 8;
  }
  // Chunk `i` of this thread's four: its line, and its first element in it.
  __device__ int line(int i) const { return (i * 4 + quarter) / chunks_a_line; }
  __device__ int first() const { return quarter % chunks_a_line * Shape::chunk; }
  __device__ T* place(T* right, int i) const {
    return right + (Shape::by_token ? Shape::right_place(k + line(i), column + first())
                                    : Shape::right_place(k + first(), column + line(i)));
  }
};

/// Notes which sub-tiles have something to add; returns whether this thread's has.
// live one byte a warp of results and step: bit j is set where its columns 8j to 8j + 7 are live
template <class T>
__device__ bool mark_live(const StripProblem<T>& problem, bool is_live, unsigned char* live) {
  const int thread = thread_number();
  const unsigned lanes = __ballot_sync(~0u, is_live);
  if (thread % 32 == 0 && !problem.plan.gathers) {
    unsigned bits = 0;
    for (int j = 0; j < 8; ++j) bits |= ((lanes >> (4 * j) & 0xfu) != 0 ? 1u : 0u) << j;
    live[thread / 32] = static_cast<unsigned char>(bits);
  }
  return (lanes >> (thread % 32 / 4 * 4) & 0xfu) != 0;
}

/// Fills the right operand's part of a stage, any blocks. A sub-tile without a kept block is left
/// as it is and not read.
// right [depth, columns] of gemm_tn, [columns, depth] of gemm_nt_batched
template <class T, Reduce over, int across>
__device__ void stage_right(const StripProblem<T>& problem, const PositionTable<T>& table,
                            int first_k, int first_column, T* right, unsigned char* live) {
  using Shape = StageShape<T, over, across>;
  const SubTile<T, over, across> own;
  const int token = Shape::by_token ? first_k + own.k : first_column + own.column;
  const int feature = Shape::by_token ? first_column + own.column : first_k + own.k;
  const bool is_live = table.any_kept(problem, token, token + (Shape::by_token ? Shape::step : 8),
                                      feature, feature + (Shape::by_token ? 8 : Shape::step));
  if (!mark_live(problem, is_live, live)) return;
#pragma unroll 1
  for (int i = 0; i < 4; ++i) {
    T* to = own.place(right, i);
    if (problem.values_are_aligned) {
      const T* from = table.find(problem, token + own.line(i), feature + own.first());
      copy_async(to, from == nullptr ? problem.values : from, from == nullptr ? 0 : 16);
      continue;
    }
#pragma unroll 1
    for (int e = 0; e < Shape::chunk; ++e) {
      const T* from = table.find(problem, token + own.line(i), feature + own.first() + e);
      to[e] = from == nullptr ? T{0} : *from;
    }
  }
}

/// The same where sides of blocks are multiples of eight: eight tokens of a sub-tile lie in one
/// block, which is looked up once. Rows of padding are zeros in the block itself.
/// Requires problem.is_regular
template <class T, Reduce over, int across>
__device__ void stage_regular(const StripProblem<T>& problem, const PositionTable<T>& table,
                              int first_k, int first_column, T* right, unsigned char* live) {
  using Shape = StageShape<T, over, across>;
  constexpr int runs = Shape::by_token && sizeof(T) == 2 ? 2 : 1;  // of eight tokens
  const SubTile<T, over, across> own;
  const int token = Shape::by_token ? first_k + own.k : first_column + own.column;
  const int feature = own.first() + (Shape::by_token ? first_column + own.column : first_k + own.k);
  const T* from[runs];
#pragma unroll
  for (int run = 0; run < runs; ++run) from[run] = table.find(problem, token + 8 * run, feature);
  const bool is_live = from[0] != nullptr || from[runs - 1] != nullptr;
  if (!mark_live(problem, is_live, live)) return;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const int run = i * runs / 4;
    const T* start = from[run];
    const int row = own.line(i) - 8 * run;
    copy_async(own.place(right, i),
               start == nullptr ? problem.values : start + row * problem.block_cols.divisor(),
               start == nullptr ? 0 : 16);
  }
}

}  // namespace actscope::kernels::cuda
