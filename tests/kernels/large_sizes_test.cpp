// SPDX-License-Identifier: Apache-2.0
// More elements than 32 bits count, with hardly any memory: the views' strides are 0, so that all
// rows (or groups) are one row (or group).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::Each;

constexpr std::int64_t more_than_31_bits = (std::int64_t{1} << 31) + 1;

class LargeSizesOn : public testing::TestWithParam<Backend> {
 protected:
  ExecutionContext context() const { return {GetParam(), nullptr}; }
};

// Column block 2 has the largest norm; with ties broken by the lower block number, each panel keeps
// the first of its row blocks there. All sums are counts, exact in f32.
TEST_P(LargeSizesOn, WeightGradientOfMoreThanTwoToThe31Elements) {
  constexpr std::int64_t cols = 384, side = 128, outputs = 8;
  const std::int64_t rows = more_than_31_bits / cols + 1;
  const PanelLayout layout(1, rows, cols, {side, side, 0.999, Select::panel, 65536});
  ASSERT_GT(layout.total_rows() * cols, more_than_31_bits - 1);
  std::vector<float> row(cols, 1);
  std::fill(row.begin() + 2 * side, row.end(), 2.0F);
  const std::vector<float> ones(outputs, 1);
  ConstMatrixView x = contiguous_matrix<const void*>(row.data(), DType::f32, rows, cols);
  ConstMatrixView dy = contiguous_matrix<const void*>(ones.data(), DType::f32, rows, outputs);
  x.row_stride = dy.row_stride = 0;

  OwnedPanels<float> panels(layout);
  std::vector<std::byte> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(context(), layout)));
  compress(context(), x, panels.view, workspace.data());
  EXPECT_THAT(panels.values, Each(2.0F));
  std::vector<float> dw(outputs * cols, -1);
  gemm_tn(context(), dy, as_const(panels.view),
          contiguous_matrix<void*>(dw.data(), DType::f32, outputs, cols));

  const auto kept_rows = static_cast<float>(layout.kept_blocks() * side);
  for (std::int64_t o = 0; o < outputs; ++o) {
    for (std::int64_t f = 0; f < cols; ++f) {
      ASSERT_EQ(dw[static_cast<std::size_t>(o * cols + f)], f < 2 * side ? 0 : 2 * kept_rows)
          << "output " << o << ", feature " << f;
    }
  }
}

// One image repeated; two of its blocks are not zero.
TEST_P(LargeSizesOn, MixingGradientOfMoreThanTwoToThe31Elements) {
  constexpr std::int64_t tokens = 196, features = 384, mixed = 3, side = 28;
  const std::int64_t groups = more_than_31_bits / (tokens * features) + 1;
  const PanelLayout layout(groups, tokens, features, {side, side, 0.98, Select::panel, tokens});
  const std::int64_t kept = layout.panel(0).kept_blocks;
  ASSERT_EQ(kept, 2);
  std::vector<float> image(tokens * features, 0);
  // Blocks (row block 5, column blocks 1 and 13; the last one is padded).
  image[(5 * side + 3) * features + side] = 3;
  image[(5 * side + 4) * features + 13 * side] = 4;
  std::vector<float> ones(mixed * features, 1);
  ConstMatrixView y =
      contiguous_groups<const void*>(image.data(), DType::f32, groups, tokens, features);
  ConstMatrixView dt =
      contiguous_groups<const void*>(ones.data(), DType::f32, groups, mixed, features);
  y.group_stride = dt.group_stride = 0;

  OwnedPanels<float> panels(layout);
  std::vector<std::byte> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(context(), layout)));
  compress(context(), y, panels.view, workspace.data());
  std::vector<float> da(mixed * tokens, -1);
  gemm_nt_batched(context(), dt, as_const(panels.view),
                  contiguous_matrix<void*>(da.data(), DType::f32, mixed, tokens));
  for (std::int64_t m = 0; m < mixed; ++m) {
    for (std::int64_t t = 0; t < tokens; ++t) {
      const float once = t == 5 * side + 3 ? 3 : (t == 5 * side + 4 ? 4 : 0);
      ASSERT_EQ(da[static_cast<std::size_t>(m * tokens + t)], once * static_cast<float>(groups))
          << "mixed " << m << ", token " << t;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, LargeSizesOn, testing::Values(Backend::reference, Backend::cpu),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace actscope::kernels::test
