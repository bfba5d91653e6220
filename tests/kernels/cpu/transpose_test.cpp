// SPDX-License-Identifier: Apache-2.0
#include "cpu/transpose.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
void expect_transposed(std::int64_t rows, std::int64_t cols) {
  const std::int64_t from_stride = cols + 3, to_stride = rows + 1;
  const auto from = random_values<T>(rows * from_stride, 2);
  std::vector<T> to(static_cast<std::size_t>(cols * to_stride), T(-1));
  cpu::transpose(from.data(), from_stride, rows, cols, to.data(), to_stride);
  for (std::int64_t c = 0; c < cols; ++c) {
    for (std::int64_t r = 0; r < to_stride; ++r) {
      const T expected = r < rows ? from[static_cast<std::size_t>(r * from_stride + c)] : T(-1);
      ASSERT_EQ(to[static_cast<std::size_t>(c * to_stride + r)], expected) << rows << "x" << cols;
    }
  }
}

TEST(Transpose, TurnsEveryShapeAndWritesNothingElse) {
  for (const std::int64_t rows : {1, 2, 3, 4, 7, 16, 33}) {
    for (const std::int64_t cols : {1, 2, 4, 5, 16, 31}) {
      expect_transposed<float>(rows, cols);
      expect_transposed<double>(rows, cols);
    }
  }
}

}  // namespace
}  // namespace actscope::kernels::test
