// SPDX-License-Identifier: Apache-2.0
// spmm and sddmm: the oracle against dense loops, the cpu back end against the oracle over shapes
// that divide nothing.
#include <gtest/gtest.h>

#include <array>

#include "actscope/base/error.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

struct Case {
  std::int64_t groups, rows, cols, outputs;
  BlockSpec blocks;
};

std::vector<Case> cases() {
  std::vector<Case> list;
  for (const auto& [groups, rows, cols, outputs] :
       std::vector<std::array<std::int64_t, 4>>{{1, 1, 1, 1},
                                                {1, 7, 13, 5},
                                                {3, 49, 64, 65},
                                                {1, 300, 97, 130},
                                                {2, 131, 31, 1},
                                                {2, 0, 8, 3}}) {
    for (const auto& [block_rows, block_cols] : std::vector<std::pair<std::int64_t, std::int64_t>>{
             {1, 1}, {4, 4}, {5, 3}, {16, 16}, {8, 70}}) {
      for (const Select select : {Select::panel, Select::global}) {
        list.push_back({groups, rows, cols, outputs, {block_rows, block_cols, 0.6, select, 32}});
      }
    }
  }
  return list;
}

template <class T>
class SparseProduct : public testing::Test {
 protected:
  using Sum = ResultOf<T>;

  // A compressed matrix and what multiplies it.
  struct Input {
    explicit Input(const Case& c)
        : panels(PanelLayout(c.groups, c.rows, c.cols, c.blocks)),
          w(random_values<T>(c.outputs * c.cols, 2)),
          dy(random_values<T>(c.groups * c.rows * c.outputs, 3)) {
      const auto x = random_values<T>(c.groups * c.rows * c.cols, 1);
      compress(reference,
               contiguous_groups<const void*>(x.data(), dtype_of<T>, c.groups, c.rows, c.cols),
               panels.view, nullptr);
    }
    OwnedPanels<T> panels;
    std::vector<T> w, dy;
  };

  static std::vector<Sum> multiply(const ExecutionContext& on, const Case& c, const Input& input) {
    std::vector<Sum> y(static_cast<std::size_t>(c.groups * c.rows * c.outputs), Sum(-9));
    spmm(on, as_const(input.panels.view),
         contiguous_matrix<const void*>(input.w.data(), dtype_of<T>, c.outputs, c.cols),
         contiguous_groups<void*>(y.data(), dtype_of<Sum>, c.groups, c.rows, c.outputs));
    return y;
  }
  static std::vector<T> sample(const ExecutionContext& on, const Case& c, Input& input) {
    std::ranges::fill(input.panels.values, T(-9));
    sddmm(on,
          contiguous_groups<const void*>(input.dy.data(), dtype_of<T>, c.groups, c.rows, c.outputs),
          contiguous_matrix<const void*>(input.w.data(), dtype_of<T>, c.outputs, c.cols),
          input.panels.view);
    return input.panels.values;
  }
};
using Types = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(SparseProduct, Types);

TYPED_TEST(SparseProduct, TheOracleIsTheDenseProduct) {
  const Case c{2, 19, 11, 7, {4, 3, 0.5}};
  typename TestFixture::Input input(c);
  const auto dense = dense_of<TypeParam>(as_const(input.panels.view));
  const auto y = this->multiply(reference, c, input);
  for (std::int64_t row = 0; row < 38; ++row) {
    for (std::int64_t o = 0; o < 7; ++o) {
      double sum = 0;
      for (std::int64_t j = 0; j < 11; ++j) {
        sum += static_cast<double>(dense[static_cast<std::size_t>(row * 11 + j)]) *
               static_cast<double>(input.w[static_cast<std::size_t>(o * 11 + j)]);
      }
      EXPECT_NEAR(y[static_cast<std::size_t>(row * 7 + o)], sum, 1e-5);
    }
  }
  // Where a block is kept, the sampled product is the dense one; elsewhere there is nothing.
  std::ranges::fill(input.panels.values, TypeParam(1));
  const auto kept = dense_of<TypeParam>(as_const(input.panels.view));
  this->sample(reference, c, input);
  const auto sampled = dense_of<TypeParam>(as_const(input.panels.view));
  for (std::int64_t row = 0; row < 38; ++row) {
    for (std::int64_t j = 0; j < 11; ++j) {
      double sum = 0;
      for (std::int64_t o = 0; o < 7; ++o) {
        sum += static_cast<double>(input.dy[static_cast<std::size_t>(row * 7 + o)]) *
               static_cast<double>(input.w[static_cast<std::size_t>(o * 11 + j)]);
      }
      const auto at = static_cast<std::size_t>(row * 11 + j);
      EXPECT_NEAR(sampled[at], static_cast<double>(kept[at]) * sum, std::abs(sum) * 0x1p-8 + 1e-6);
    }
  }
}

TYPED_TEST(SparseProduct, CpuAgreesWithTheReference) {
  using Result = ResultOf<TypeParam>;
  for (const Case& c : cases()) {
    typename TestFixture::Input input(c);
    const auto expected = this->multiply(reference, c, input);
    const auto actual = this->multiply(cpu, c, input);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(actual[i], expected[i], product_tolerance<Result>(c.cols)) << describe(c.blocks);
    }
    const auto wanted = this->sample(reference, c, input);
    const auto got = this->sample(cpu, c, input);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      // A result of bf16 is rounded to 8 bits (of f16 to 11), here and there to another neighbor.
      const double rounding =
          size_of(dtype_of<TypeParam>) == 2 ? std::abs(static_cast<double>(wanted[i])) * 0x1p-7 : 0;
      ASSERT_NEAR(got[i], wanted[i], product_tolerance<Result>(c.outputs) + rounding)
          << describe(c.blocks);
    }
  }
}

TEST(SparseProductErrors, RefusesWhatDoesNotFit) {
  OwnedPanels<float> panels(PanelLayout(1, 4, 6, {2, 2, 0.5}));
  std::vector<float> memory(64);
  const auto in = [&](std::int64_t rows, std::int64_t cols) {
    return contiguous_matrix<const void*>(memory.data(), DType::f32, rows, cols);
  };
  const auto out = [&](std::int64_t rows, std::int64_t cols) {
    return contiguous_matrix<void*>(memory.data(), DType::f32, rows, cols);
  };
  EXPECT_THROW(spmm(cpu, as_const(panels.view), in(3, 5), out(4, 3)), ShapeMismatch);
  EXPECT_THROW(spmm(cpu, as_const(panels.view), in(3, 6), out(3, 3)), ShapeMismatch);
  EXPECT_THROW(sddmm(cpu, in(4, 3), in(2, 6), panels.view), ShapeMismatch);
  EXPECT_THROW(sddmm(cpu, in(5, 3), in(3, 6), panels.view), ShapeMismatch);
  MatrixView other = out(4, 3);
  other.dtype = DType::f64;
  EXPECT_THROW(spmm(cpu, as_const(panels.view), in(3, 6), other), ShapeMismatch);
}

}  // namespace
}  // namespace actscope::kernels::test
