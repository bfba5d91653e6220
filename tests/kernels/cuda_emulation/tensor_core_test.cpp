// SPDX-License-Identifier: Apache-2.0
// The emulated tensor instructions themselves, on fragments that the PTX ISA's tables spell out.
#include "cuda/tensor_core.cuh"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace actscope::kernels::cuda {
namespace {

using testing::Each;
using testing::ElementsAre;

/// Runs `body(lane)` on the 32 threads of one warp.
template <class Body>
void run_warp(const Body& body) {
  emulation::run_grid(1, 32, 4096, [&] { body(threadIdx.x); });
}

// 8 × 8 matrices whose element [r][c] of matrix i is 1000·i + 10·r + c.
std::vector<std::uint16_t> numbered_matrices() {
  std::vector<std::uint16_t> elements;
  for (int i = 0; i < 4; ++i) {
    for (int r = 0; r < 8; ++r) {
      for (int c = 0; c < 8; ++c) {
        elements.push_back(static_cast<std::uint16_t>(1000 * i + 10 * r + c));
      }
    }
  }
  return elements;
}

unsigned pair(int low, int high) {
  return static_cast<unsigned>(low) | static_cast<unsigned>(high) << 16;
}

TEST(TensorCoreTwin, LoadsMatricesByRowPairs) {
  const auto elements = numbered_matrices();
  unsigned loaded[32][4];
  run_warp([&](unsigned lane) { load_matrices(&elements[8 * lane], loaded[lane]); });
  EXPECT_THAT(loaded[0],
              ElementsAre(pair(0, 1), pair(1000, 1001), pair(2000, 2001), pair(3000, 3001)));
  // Lane 13: row 13 / 4 = 3, columns 2·1 and 2·1 + 1.
  EXPECT_THAT(loaded[13],
              ElementsAre(pair(32, 33), pair(1032, 1033), pair(2032, 2033), pair(3032, 3033)));
  EXPECT_EQ(loaded[31][3], pair(3076, 3077));
}

TEST(TensorCoreTwin, LoadsMatricesTransposedByColumnPairs) {
  const auto elements = numbered_matrices();
  unsigned loaded[32][4];
  run_warp([&](unsigned lane) { load_matrices_transposed(&elements[8 * lane], loaded[lane]); });
  // Lane 13: rows 2·1 and 2·1 + 1, column 13 / 4 = 3.
  EXPECT_THAT(loaded[13],
              ElementsAre(pair(23, 33), pair(1023, 1033), pair(2023, 2033), pair(3023, 3033)));
  EXPECT_EQ(loaded[31][0], pair(67, 77));
}

/// A[m][k] = 1 at one place and B[k][n] = 1 at one place, fragments filled from the table in
/// tensor_core.cuh; returns D with what was in it before, 100.
template <class T>
std::vector<float> multiply_units(int m, int a_k, int b_k, int n) {
  const int g = m % 8, of_row = m / 8;
  const auto one = [](int half) { return unsigned{T(1.0F).bits} << (16 * half); };
  std::vector<float> d(16 * 8);
  run_warp([&](unsigned lane) {
    unsigned a[4] = {}, b[2] = {};
    if (static_cast<int>(lane) == g * 4 + a_k % 8 / 2) a[of_row + a_k / 8 * 2] = one(a_k % 2);
    if (static_cast<int>(lane) == n * 4 + b_k % 8 / 2) b[b_k / 8] = one(b_k % 2);
    float sums[4] = {100, 100, 100, 100};
    multiply_add<T>(sums, a, b[0], b[1]);
    for (unsigned i = 0; i < 4; ++i) {
      d[(lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2] = sums[i];
    }
  });
  return d;
}

template <class T>
void expect_units_meet() {
  for (const auto& [m, k, n] :
       {std::array{0, 0, 0}, {3, 5, 2}, {11, 1, 7}, {7, 9, 1}, {15, 15, 6}}) {
    auto d = multiply_units<T>(m, k, k, n);
    EXPECT_EQ(d[static_cast<std::size_t>(m * 8 + n)], 101) << m << ", " << k << ", " << n;
    d[static_cast<std::size_t>(m * 8 + n)] = 100;
    EXPECT_THAT(d, Each(100));
  }
  EXPECT_THAT(multiply_units<T>(3, 5, 6, 2), Each(100));
}

TEST(TensorCoreTwin, MultipliesWhereReductionIndicesMeet) {
  expect_units_meet<bfloat16>();
  expect_units_meet<float16>();
}

// tf32: A[2][5] = 3 lies in a[2] of lane 2·4 + 1, B[5][6] = 7 in b1 of lane 6·4 + 1; the result is
// D[2][6], sums[0] of lane 2·4 + 3. Bits below the tenth of the mantissa are not read.
TEST(TensorCoreTwin, MultipliesTf32) {
  float results[32][4];
  run_warp([&](unsigned lane) {
    unsigned a[4] = {}, b[2] = {};
    if (lane == 9) a[2] = __float_as_uint(3.0F) | 0x1fff;
    if (lane == 25) b[1] = __float_as_uint(7.0F);
    float sums[4] = {};
    multiply_add<float>(sums, a, b[0], b[1]);
    std::copy_n(sums, 4, results[lane]);
  });
  EXPECT_THAT(results[11], ElementsAre(21, 0, 0, 0));
  EXPECT_THAT(results[10], Each(0));
}

TEST(TensorCoreTwin, RoundsToTf32AwayFromZeroOnTies) {
  EXPECT_EQ(round_to_tf32(1.0F), __float_as_uint(1.0F));
  EXPECT_EQ(round_to_tf32(1 + 0x1p-11F), __float_as_uint(1 + 0x1p-10F));
  EXPECT_EQ(round_to_tf32(-1 - 0x1p-11F), __float_as_uint(-1 - 0x1p-10F));
  EXPECT_EQ(round_to_tf32(1 + 0x1.fp-12F), __float_as_uint(1.0F));
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(round_to_tf32(infinity), __float_as_uint(infinity));
  EXPECT_TRUE(std::isnan(__uint_as_float(round_to_tf32(__uint_as_float(0x7f800001U)))));
}

// Copies of the oldest group are there after a wait that leaves one group, others are not.
TEST(TensorCoreTwin, CopiesArriveGroupByGroup) {
  alignas(16) const float from[4] = {1, 2, 3, 4};
  run_warp([&](unsigned lane) {
    if (lane != 0) return;
    auto* shared = reinterpret_cast<float*>(dynamic_shared_memory());
    std::fill_n(shared, 8, 9.0F);
    copy_async(shared, from, 16);
    commit_copies();
    copy_async(shared + 4, from, 8);
    commit_copies();
    EXPECT_THAT(std::vector(shared, shared + 8), Each(9));
    await_copies<1>();
    EXPECT_THAT(std::vector(shared, shared + 8), ElementsAre(1, 2, 3, 4, 9, 9, 9, 9));
    await_copies<0>();
    EXPECT_THAT(std::vector(shared, shared + 8), ElementsAre(1, 2, 3, 4, 1, 2, 0, 0));
  });
}

}  // namespace
}  // namespace actscope::kernels::cuda
