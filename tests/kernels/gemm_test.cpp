// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/gemm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::ElementsAre;

class GemmOn : public testing::TestWithParam<Backend> {
 protected:
  ExecutionContext context() const { return {GetParam(), nullptr}; }
};

// X = [1 2; 3 4], whole; dY = [1 0 2; 0 1 1] → dW = dYᵀ X.
TEST_P(GemmOn, WeightGradientByHand) {
  const std::vector<float> x{1, 2, 3, 4};
  const std::vector<float> dy{1, 0, 2, 0, 1, 1};
  OwnedPanels<float> panels(PanelLayout(1, 2, 2, {1, 1, 0.0}));
  compress(context(), contiguous_matrix<const void*>(x.data(), DType::f32, 2, 2), panels.view,
           nullptr);
  std::vector<float> dw(6, 100);
  const auto dw_view = contiguous_matrix<void*>(dw.data(), DType::f32, 3, 2);
  const auto dy_view = contiguous_matrix<const void*>(dy.data(), DType::f32, 2, 3);
  gemm_tn(context(), dy_view, as_const(panels.view), dw_view);
  EXPECT_THAT(dw, ElementsAre(1, 2, 3, 4, 5, 8));
  gemm_tn(context(), dy_view, as_const(panels.view), dw_view, Output::accumulate);
  EXPECT_THAT(dw, ElementsAre(2, 4, 6, 8, 10, 16));
}

// As above with scale α = [2 3], shift β = [1 -1] and d = Σ dY = [1 1 3].
TEST_P(GemmOn, EpilogueScalesShiftsAndSumsByHand) {
  const std::vector<float> x{1, 2, 3, 4};
  const std::vector<float> dy{1, 0, 2, 0, 1, 1};
  const std::vector<float> scale{2, 3}, shift{1, -1};
  OwnedPanels<float> panels(PanelLayout(1, 2, 2, {1, 1, 0.0}));
  compress(context(), contiguous_matrix<const void*>(x.data(), DType::f32, 2, 2), panels.view,
           nullptr);
  std::vector<float> dw(6, 100), bias(3, 100);
  const auto dw_view = contiguous_matrix<void*>(dw.data(), DType::f32, 3, 2);
  const auto dy_view = contiguous_matrix<const void*>(dy.data(), DType::f32, 2, 3);
  const GemmEpilogue all{scale.data(), shift.data(), bias.data()};
  gemm_tn(context(), dy_view, as_const(panels.view), dw_view, Output::overwrite, {}, all);
  EXPECT_THAT(dw, ElementsAre(2 + 1, 6 - 1, 6 + 1, 12 - 1, 10 + 3, 24 - 3));
  EXPECT_THAT(bias, ElementsAre(1, 1, 3));
  gemm_tn(context(), dy_view, as_const(panels.view), dw_view, Output::accumulate, {},
          {.column_shift = shift.data(), .bias_gradient = bias.data()});
  EXPECT_THAT(dw, ElementsAre(3 + 2, 5 + 1, 7 + 4, 11 + 3, 13 + 8, 21 + 5));
  EXPECT_THAT(bias, ElementsAre(2, 2, 6));
}

TEST_P(GemmOn, HostBackEndsNeedNoWorkspaceForProducts) {
  const PanelLayout layout(4, 4096, 64, {16, 16, 0.5});
  EXPECT_EQ(gemm_tn_workspace_bytes(context(), layout, DType::bf16, 64), 0);
  EXPECT_EQ(gemm_nt_batched_workspace_bytes(context(), layout, DType::bf16, 64), 0);
  EXPECT_THROW(gemm_tn_workspace_bytes(context(), layout, DType::bf16, 64, {0, 1000}),
               ShapeMismatch);
}

TEST_P(GemmOn, EpilogueOfNoRowsClearsOrLeaves) {
  OwnedPanels<float> panels(PanelLayout(1, 0, 2, {1, 1, 0.0}));
  const std::vector<float> shift{1, 1};
  std::vector<float> dw(4, 3), bias(2, 3);
  const auto view = contiguous_matrix<void*>(dw.data(), DType::f32, 2, 2);
  const auto dy = contiguous_matrix<const void*>(nullptr, DType::f32, 0, 2);
  const GemmEpilogue all{nullptr, shift.data(), bias.data()};
  gemm_tn(context(), dy, as_const(panels.view), view, Output::accumulate, {}, all);
  EXPECT_THAT(bias, ElementsAre(3, 3));
  gemm_tn(context(), dy, as_const(panels.view), view, Output::overwrite, {}, all);
  EXPECT_THAT(dw, ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(bias, ElementsAre(0, 0));
}

// Two images of Y [2 tokens, 2 features], dT [1 mixed token, 2 features]: dA = Σ dT Yᵀ.
TEST_P(GemmOn, MixingGradientByHand) {
  const std::vector<double> y{1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<double> dt{1, 1, 0, 2};
  OwnedPanels<double> panels(PanelLayout(2, 2, 2, {2, 2, 0.0}));
  compress(context(), contiguous_groups<const void*>(y.data(), DType::f64, 2, 2, 2), panels.view,
           nullptr);
  std::vector<double> da(2, 100);
  gemm_nt_batched(context(), contiguous_groups<const void*>(dt.data(), DType::f64, 2, 1, 2),
                  as_const(panels.view), contiguous_matrix<void*>(da.data(), DType::f64, 1, 2));
  EXPECT_THAT(da, ElementsAre(3 + 12, 7 + 16));
}

TEST_P(GemmOn, AnEmptyRangeClearsOrLeavesTheResult) {
  OwnedPanels<float> panels(PanelLayout(1, 0, 2, {1, 1, 0.0}));
  std::vector<float> dw(4, 3);
  const auto view = contiguous_matrix<void*>(dw.data(), DType::f32, 2, 2);
  const auto dy = contiguous_matrix<const void*>(nullptr, DType::f32, 0, 2);
  gemm_tn(context(), dy, as_const(panels.view), view, Output::accumulate);
  EXPECT_THAT(dw, ElementsAre(3, 3, 3, 3));
  gemm_tn(context(), dy, as_const(panels.view), view);
  EXPECT_THAT(dw, ElementsAre(0, 0, 0, 0));
}

TEST_P(GemmOn, NonFiniteValuesReachTheGradient) {
  std::vector<float> x(64, 1);
  x[9] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> dy(8 * 3, 1);
  OwnedPanels<float> panels(PanelLayout(1, 8, 8, {4, 4, 0.75}));
  compress(context(), contiguous_matrix<const void*>(x.data(), DType::f32, 8, 8), panels.view,
           nullptr);
  std::vector<float> dw(24, 0);
  gemm_tn(context(), contiguous_matrix<const void*>(dy.data(), DType::f32, 8, 3),
          as_const(panels.view), contiguous_matrix<void*>(dw.data(), DType::f32, 3, 8));
  EXPECT_TRUE(std::isnan(dw[1]));
  EXPECT_FALSE(std::isnan(dw[7]));
}

TEST_P(GemmOn, RefusesShapesThatDisagree) {
  OwnedPanels<float> panels(PanelLayout(2, 4, 4, {2, 2, 0.5}));
  std::vector<float> memory(256);
  const auto in = [&](std::int64_t rows, std::int64_t cols) {
    return contiguous_matrix<const void*>(memory.data(), DType::f32, rows, cols);
  };
  const auto out = [&](std::int64_t rows, std::int64_t cols) {
    return contiguous_matrix<void*>(memory.data(), DType::f32, rows, cols);
  };
  const auto x = as_const(panels.view);
  EXPECT_THROW(gemm_tn(context(), in(7, 3), x, out(3, 4)), ShapeMismatch);
  EXPECT_THROW(gemm_tn(context(), in(8, 3), x, out(3, 5)), ShapeMismatch);
  EXPECT_THROW(gemm_tn(context(), in(8, 3), x, out(3, 4), Output::overwrite, {1, 9}),
               ShapeMismatch);
  auto wrong = in(8, 3);
  wrong.dtype = DType::f64;
  EXPECT_THROW(gemm_tn(context(), wrong, x, out(3, 4)), ShapeMismatch);
  EXPECT_THROW(gemm_nt_batched(context(), in(3, 4), x, out(3, 4)), ShapeMismatch);
}

INSTANTIATE_TEST_SUITE_P(Host, GemmOn, testing::Values(Backend::reference, Backend::cpu),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace actscope::kernels::test
