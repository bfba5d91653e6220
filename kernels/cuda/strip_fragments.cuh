// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strip_stage.cuh"

/// What a warp does with a stage of a product, and with its sums at the end.
namespace actscope::kernels::cuda {

/// A warp's 64 × 64 results, 128 a lane. Tensor instructions: four tiles down, eight across, four
/// sums of a fragment. Fused multiply-adds: four rows, eight times four columns.
using WarpSums = float[4][8][4];

/// The instructions that add to sums: those of tensor cores, or fused multiply-adds.
enum class Arithmetic { tensor, fused };

/// Where number `k` of the reduction lies in a stage: at `k`, or where the gathered token `k` lies.
__device__ inline int place_of(const unsigned char* tokens, int k) {
  return tokens == nullptr ? k : tokens[k];
}

/// Fragment of rows [row, row + 16) of the left operand, step `s` of a stage.
template <class T, Reduce over, int across>
__device__ void load_left(const T* left, const unsigned char* tokens, int s, int row,
                          unsigned (&to)[4]) {
  using Shape = StageShape<T, over, across>;
  const int lane = thread_number() % 32;
  if constexpr (sizeof(T) == 4) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int k = place_of(tokens, s * Shape::step + lane % 4 + i / 2 * 4);
      to[i] = round_to_tf32(left[Shape::left_place(k, row + lane / 4 + i % 2 * 8)]);
    }
  } else if constexpr (over == Reduce::tokens) {
    const int k = place_of(tokens, s * Shape::step + lane / 16 * 8 + lane % 8);
    load_matrices_transposed(left + Shape::left_place(k, row + lane / 8 % 2 * 8), to);
  } else {
    const int k = s * Shape::step + lane / 16 * 8;
    load_matrices(left + Shape::left_place(k, row + lane % 16), to);
  }
}

/// Two fragments of the right operand, columns [column, column + 8) and the eight after these.
template <class T, Reduce over, int across>
__device__ void load_right(const T* right, const unsigned char* tokens, int s, int column,
                           unsigned (&to)[4]) {
  using Shape = StageShape<T, over, across>;
  const int lane = thread_number() % 32;
  if constexpr (sizeof(T) == 4) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int k = place_of(tokens, s * Shape::step + lane % 4 + i % 2 * 4);
      to[i] = round_to_tf32(right[Shape::right_place(k, column + lane / 4 + i / 2 * 8)]);
    }
  } else if constexpr (over == Reduce::tokens) {
    const int k = place_of(tokens, s * Shape::step + lane % 16);
    load_matrices_transposed(right + Shape::right_place(k, column + lane / 16 * 8), to);
  } else {
    const int k = s * Shape::step + lane / 8 % 2 * 8;
    load_matrices(right + Shape::right_place(k, column + lane / 16 * 8 + lane % 8), to);
  }
}

/// Adds one stage.
template <class T, Reduce over, int across>
__device__ void multiply_stage(const T* left, const T* right, const unsigned char* live,
                               const unsigned char* all_tokens, WarpSums& sums) {
  __syncwarp();  // tensor instructions want all lanes together
  const int warp = thread_number() / 32;
  const int row = warp / across * 64;
  const int column = warp % across * warp_columns;
  const unsigned char* tokens =
      all_tokens == nullptr ? nullptr : all_tokens + gathered_bytes * (warp % across);
#pragma unroll 1
  for (int s = 0; s < 2; ++s) {
    const unsigned bits = live[s * across + warp % across];
    if (bits == 0) continue;
    unsigned a[4][4];
#pragma unroll
    for (int i = 0; i < 4; ++i) load_left<T, over, across>(left, tokens, s, row + 16 * i, a[i]);
#pragma unroll
    for (int j = 0; j < 8; j += 2) {
      if ((bits >> j & 3u) == 0) continue;
      unsigned b[4];
      load_right<T, over, across>(right, tokens, s, column + 8 * j, b);
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

/// Writes a warp's sums, or adds them to what is there.
// row_sums [128] or null
template <Arithmetic arithmetic, int across>
__device__ void write_sums(const WarpSums& sums, const DeviceMatrix<float>& out,
                           const DeviceEpilogue<float>& epilogue, const float* row_sums,
                           int left_rows, int columns, int first_row, int first_column,
                           bool is_added) {
  const int warp = thread_number() / 32;
  const int lane = thread_number() % 32;
  constexpr bool is_tensor = arithmetic == Arithmetic::tensor;
  const int lane_row = warp / across * 64 + (is_tensor ? lane / 4 : lane / 2 * 4);
  first_column += warp % across * warp_columns + (is_tensor ? lane % 4 * 2 : lane % 2 * 4);
  // Columns of a pair begin at an even one.
  const bool in_pairs = columns % 2 == 0 && out.row_stride % 2 == 0 &&
                        reinterpret_cast<std::uintptr_t>(out.data) % 8 == 0;
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    // A pair of sums is of tile i / 2, eight rows further down, or of row i / 2, two columns on.
    const int row_in_tile = lane_row + (is_tensor ? 8 * i : i / 2);
    const int row = first_row + row_in_tile;
    if (row >= left_rows) continue;
    float* to = out.row(0, row);
    const float row_sum = row_sums == nullptr ? 0 : row_sums[row_in_tile];
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      const int column = first_column + 8 * j + (is_tensor ? 0 : i % 2 * 2);
      if (column >= columns) continue;
      const float* pair = sums[i / 2][j] + i % 2 * 2;
      const float low = epilogue.apply(pair[0], row_sum, column);
      if (in_pairs) {
        auto* both = reinterpret_cast<float2*>(to + column);
        const float high = epilogue.apply(pair[1], row_sum, column + 1);
        const float2 before = is_added ? *both : float2{0, 0};
        *both = is_added ? float2{before.x + low, before.y + high} : float2{low, high};
        continue;
      }
      to[column] = is_added ? to[column] + low : low;
      if (column + 1 >= columns) continue;
      const float high = epilogue.apply(pair[1], row_sum, column + 1);
      to[column + 1] = is_added ? to[column + 1] + high : high;
    }
  }
}

}  // namespace actscope::kernels::cuda
