// SPDX-License-Identifier: Apache-2.0
// The cpu back end on every instruction set that this build contains and this machine runs, each
// proven to be the one that ran.
#include <gtest/gtest.h>

#include <cmath>

#include "actscope/kernels/elementwise.hpp"
#include "kernel_support.hpp"
#include "only_target.hpp"

namespace actscope::kernels::test {
namespace {

class InstructionSets : public testing::TestWithParam<std::int64_t> {};

template <class T>
void compare_with_reference(const BlockSpec& blocks) {
  constexpr std::int64_t groups = 2, rows = 131, cols = 97, outputs = 83;
  const PanelLayout layout(groups, rows, cols, blocks);
  const auto x = random_values<T>(groups * rows * cols, 3);
  const auto view = contiguous_groups<const void*>(x.data(), dtype_of<T>, groups, rows, cols);
  OwnedPanels<T> expected(layout), actual(layout);
  compress(reference, view, expected.view, nullptr);
  compress(cpu, view, actual.view, nullptr);
  ASSERT_EQ(actual.mask, expected.mask) << describe(blocks);
  ASSERT_EQ(actual.starts, expected.starts);
  ASSERT_EQ(actual.values, expected.values);

  const auto compare = [&](std::int64_t result_rows, std::int64_t result_cols, std::int64_t terms,
                           const auto& product) {
    using Result = ResultOf<T>;
    std::vector<Result> wanted(static_cast<std::size_t>(result_rows * result_cols), Result(1)),
        got = wanted;
    product(reference,
            contiguous_matrix<void*>(wanted.data(), dtype_of<Result>, result_rows, result_cols));
    product(cpu, contiguous_matrix<void*>(got.data(), dtype_of<Result>, result_rows, result_cols));
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_NEAR(got[i], wanted[i], product_tolerance<Result>(terms)) << describe(blocks);
    }
  };
  const auto dy = random_values<T>(groups * rows * outputs, 4);
  const auto dt = random_values<T>(groups * outputs * cols, 5);
  for (const Output output : {Output::overwrite, Output::accumulate}) {
    compare(
        outputs, cols, groups * rows, [&](const ExecutionContext& context, const MatrixView& dw) {
          gemm_tn(context,
                  contiguous_matrix<const void*>(dy.data(), dtype_of<T>, groups * rows, outputs),
                  as_const(actual.view), dw, output);
        });
    compare(outputs, rows, groups * cols,
            [&](const ExecutionContext& context, const MatrixView& da) {
              gemm_nt_batched(
                  context,
                  contiguous_groups<const void*>(dt.data(), dtype_of<T>, groups, outputs, cols),
                  as_const(actual.view), da, output);
            });
  }
}

// Sizes around every vector's length.
template <class T>
void compare_row_math_with_reference(double tolerance) {
  for (const std::int64_t cols : {1, 7, 16, 33, 100}) {
    const auto h = random_values<T>(3 * cols, 6), du = random_values<T>(3 * cols, 7);
    const auto run = [&](const ExecutionContext& context) {
      std::vector<T> results(static_cast<std::size_t>(15 * cols));
      const auto in = [&](const std::vector<T>& of) {
        return contiguous_matrix<const void*>(of.data(), dtype_of<T>, 3, cols);
      };
      const auto out = [&](std::int64_t number) {
        return contiguous_matrix<void*>(results.data() + number * 3 * cols, dtype_of<T>, 3, cols);
      };
      std::vector<std::uint8_t> codes(
          static_cast<std::size_t>(gelu_code_bytes(CodeBits::int4, 3, cols)));
      affine(context, in(h), du.data(), h.data(), out(0));
      gelu(context, in(h), out(1), {CodeBits::int4, codes.data()});
      const MatrixView u = out(3);
      gelu_backward(context, in(du), in(h), out(2), &u);
      gelu_backward_from_code(context, in(du), CodeBits::int4, codes.data(), out(4));
      return results;
    };
    const auto wanted = run(reference), got = run(cpu);
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_NEAR(static_cast<double>(got[i]), static_cast<double>(wanted[i]), tolerance)
          << i << " of " << cols;
    }
  }
}

// Also where the density of GELU's derivative falls below what a float holds, at |h| = 13.
TEST_P(InstructionSets, DerivativesOfGeluAreRightFarFromZero) {
  const OnlyTarget only(GetParam());
  std::vector<float> h;
  for (double x = -50; x <= 50; x += 1e-3) h.push_back(static_cast<float>(x));
  const std::vector<float> ones(h.size(), 1);
  std::vector<float> dh(h.size());
  const auto cols = static_cast<std::int64_t>(h.size());
  gelu_backward(cpu, contiguous_matrix<const void*>(ones.data(), DType::f32, 1, cols),
                contiguous_matrix<const void*>(h.data(), DType::f32, 1, cols),
                contiguous_matrix<void*>(dh.data(), DType::f32, 1, cols));
  for (std::size_t i = 0; i < h.size(); ++i) {
    const double x = h[i];
    const double exact = .5 * std::erfc(-x / std::sqrt(2.)) +
                         x * std::exp(-x * x / 2) / std::sqrt(8 * std::atan(1.));
    ASSERT_NEAR(dh[i], exact, 1e-6) << x;
  }
}

TEST_P(InstructionSets, AgreeWithTheReference) {
  const OnlyTarget only(GetParam());
  for (const std::int64_t side : {1, 3, 4, 5, 8, 16, 32}) {
    for (const double sparsity : {0.0, 0.6, 0.95}) {
      compare_with_reference<float>({side, side, sparsity});
      compare_with_reference<bfloat16>({side, side, sparsity});
      compare_with_reference<float16>({side, side, sparsity});
      compare_with_reference<double>({side, 2 * side, sparsity});
    }
  }
  compare_row_math_with_reference<float>(4e-6);
  compare_row_math_with_reference<double>(1e-14);
  // Numbers up to 16, of which bf16 keeps eight bits and f16 eleven.
  compare_row_math_with_reference<bfloat16>(0x1p-4);
  compare_row_math_with_reference<float16>(0x1p-7);
}

INSTANTIATE_TEST_SUITE_P(Cpu, InstructionSets,
                         testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), target_name);

}  // namespace
}  // namespace actscope::kernels::test
