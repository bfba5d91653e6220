// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strip_stage.cuh"

/// Strict products of floats: the sums of a warp by fused multiply-adds instead of tensor
/// instructions, skipped by the same masks. Lane l owns rows 4·(l / 2) to 4·(l / 2) + 3 and, of
/// every eight columns, four: 4·(l % 2) to 4·(l % 2) + 3.
namespace actscope::kernels::cuda {

__device__ inline float4 load_four(const float* from) {
  return *reinterpret_cast<const float4*>(from);
}

__device__ inline void multiply_add_row(float a, float4 b, float (&sums)[4]) {
  sums[0] = fma(a, b.x, sums[0]);
  sums[1] = fma(a, b.y, sums[1]);
  sums[2] = fma(a, b.z, sums[2]);
  sums[3] = fma(a, b.w, sums[3]);
}

__device__ inline float multiply_add_four(float4 a, float4 b, float sum) {
  return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum))));
}

/// Adds one stage where operands lie token by token: four rows, or columns, are adjacent. Columns
/// come before steps: rows are read anew for each eight columns, but a mask is asked once for all
/// of its steps.
// live of the warp's columns, `across` apart
template <int across>
__device__ void fuse_tokens(const float* left, const float* right, const unsigned char* live,
                            float (&sums)[4][8][4]) {
  using Shape = StageShape<float, Reduce::tokens, across>;
#pragma unroll 1
  for (int s = 0; s < 2; ++s) {
    const unsigned bits = live[s * across];
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      if ((bits >> j & 1u) == 0) continue;
#pragma unroll 2
      for (int k = s * Shape::step; k < (s + 1) * Shape::step; ++k) {
        const float4 a = load_four(left + Shape::left_place(k, 0));
        const float4 b = load_four(right + Shape::right_place(k, 8 * j));
        multiply_add_row(a.x, b, sums[0][j]);
        multiply_add_row(a.y, b, sums[1][j]);
        multiply_add_row(a.z, b, sums[2][j]);
        multiply_add_row(a.w, b, sums[3][j]);
      }
    }
  }
}

/// The same where operands lie row by row: four steps of the reduction are adjacent.
template <int across>
__device__ void fuse_features(const float* left, const float* right, const unsigned char* live,
                              float (&sums)[4][8][4]) {
  using Shape = StageShape<float, Reduce::features, across>;
#pragma unroll 1
  for (int k = 0; k < Shape::depth; k += 4) {
    const unsigned bits = live[k / Shape::step * across];
    if (bits == 0) continue;
    float4 a[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) a[i] = load_four(left + Shape::left_place(k, i));
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      if ((bits >> j & 1u) == 0) continue;
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const float4 b = load_four(right + Shape::right_place(k, 8 * j + e));
#pragma unroll
        for (int i = 0; i < 4; ++i) sums[i][j][e] = multiply_add_four(a[i], b, sums[i][j][e]);
      }
    }
  }
}

/// Adds one stage.
template <Reduce over, int across>
__device__ void fuse_stage(const float* left, const float* right, const unsigned char* live,
                           float (&sums)[4][8][4]) {
  using Shape = StageShape<float, over, across>;
  const int warp = thread_number() / 32;
  const int lane = thread_number() % 32;
  left += Shape::left_place(0, warp / across * 64 + lane / 2 * 4);
  right += Shape::right_place(0, warp % across * warp_columns + lane % 2 * 4);
  live += warp % across;
  if constexpr (over == Reduce::tokens) {
    fuse_tokens<across>(left, right, live, sums);
  } else {
    fuse_features<across>(left, right, live, sums);
  }
}

}  // namespace actscope::kernels::cuda
