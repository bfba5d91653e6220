// SPDX-License-Identifier: Apache-2.0
// CUDA products against the reference, which sums in double; each type is computed the way that the
// back end chooses for it.
//
// Tolerance: a sum of n products computed in type T, in any order, differs from the exact sum by at
// most n·ε/(2 − n·ε)·Σ|a·b| (Higham, Accuracy and Stability, section 3.1); the sums of |a·b| come
// from the reference on absolute values, element by element; two more roundings for what was there
// before and for the reference's own result.
#include <cmath>
#include <limits>

#include "actscope/kernels/gemm.hpp"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
std::vector<T> absolute(std::vector<T> values) {
  for (T& value : values) value = static_cast<T>(std::abs(static_cast<ResultOf<T>>(value)));
  return values;
}

template <class T>
void expect_near(const std::vector<T>& actual, const std::vector<T>& expected,
                 const std::vector<T>& magnitudes, std::int64_t reduction_length) {
  const double share =
      static_cast<double>(reduction_length + 2) * std::numeric_limits<T>::epsilon();
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual[i]) - expected[i]);
    ASSERT_LE(difference, share * static_cast<double>(magnitudes[i])) << "at element " << i;
  }
}

template <class T>
class CudaGemm : public CudaTest {};
using ElementTypes = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(CudaGemm, ElementTypes);

std::int64_t rows_of(const PanelLayout& layout, PanelRange range) {
  std::int64_t rows = 0;
  for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
    rows += layout.panel(p).rows;
  }
  return rows;
}

template <class T>
void expect_same_gemm_tn(const Case& c, std::int64_t outputs, Output output, PanelRange range,
                         std::int64_t padding) {
  SCOPED_TRACE(testing::Message() << c << ", " << outputs << " outputs, panels " << range.first
                                  << " + " << range.count << ", padding " << padding);
  HostPanels<T> x = reference_panels<T>(c);
  const DevicePanels<T> device_x(x);
  const std::int64_t tokens = rows_of(x.layout, range);
  const auto dy = make_values<T>(padded_size(1, tokens, outputs, padding), Pattern::normal, 2);
  auto dw = make_values<ResultOf<T>>(padded_size(1, outputs, c.cols, padding), Pattern::normal, 3);
  HostPanels<T> size_x = x;
  size_x.values = absolute(x.values);
  const auto size_dy = absolute(dy);
  auto size_dw = absolute(dw);
  const DeviceArray<T> device_dy(dy);
  const DeviceArray<ResultOf<T>> device_dw(dw);
  const DType dtype = dtype_of<T>, result = dtype_of<ResultOf<T>>;
  gemm_tn(on_reference, padded_view<const void*>(dy.data(), dtype, 1, tokens, outputs, padding),
          as_const(x.view()), padded_view<void*>(dw.data(), result, 1, outputs, c.cols, padding),
          output, range);
  gemm_tn(on_cuda, padded_view<const void*>(device_dy.data(), dtype, 1, tokens, outputs, padding),
          as_const(device_x.view()),
          padded_view<void*>(device_dw.data(), result, 1, outputs, c.cols, padding), output, range);
  gemm_tn(on_reference,
          padded_view<const void*>(size_dy.data(), dtype, 1, tokens, outputs, padding),
          as_const(size_x.view()),
          padded_view<void*>(size_dw.data(), result, 1, outputs, c.cols, padding), output, range);
  expect_near(device_dw.to_host(), dw, size_dw, tokens);
}

template <class T>
void expect_same_gemm_nt(const Case& c, std::int64_t mixed, Output output, PanelRange range,
                         std::int64_t padding) {
  SCOPED_TRACE(testing::Message() << c << ", " << mixed << " mixed, panels " << range.first << " + "
                                  << range.count << ", padding " << padding);
  HostPanels<T> y = reference_panels<T>(c);
  const DevicePanels<T> device_y(y);
  const std::int64_t groups = range.count / y.layout.panels_per_group();
  const auto dt = make_values<T>(padded_size(groups, mixed, c.cols, padding), Pattern::normal, 2);
  auto da = make_values<ResultOf<T>>(padded_size(1, mixed, c.rows, padding), Pattern::normal, 3);
  HostPanels<T> size_y = y;
  size_y.values = absolute(y.values);
  const auto size_dt = absolute(dt);
  auto size_da = absolute(da);
  const DeviceArray<T> device_dt(dt);
  const DeviceArray<ResultOf<T>> device_da(da);
  const DType dtype = dtype_of<T>, result = dtype_of<ResultOf<T>>;
  gemm_nt_batched(on_reference,
                  padded_view<const void*>(dt.data(), dtype, groups, mixed, c.cols, padding),
                  as_const(y.view()),
                  padded_view<void*>(da.data(), result, 1, mixed, c.rows, padding), output, range);
  gemm_nt_batched(
      on_cuda, padded_view<const void*>(device_dt.data(), dtype, groups, mixed, c.cols, padding),
      as_const(device_y.view()),
      padded_view<void*>(device_da.data(), result, 1, mixed, c.rows, padding), output, range);
  gemm_nt_batched(
      on_reference, padded_view<const void*>(size_dt.data(), dtype, groups, mixed, c.cols, padding),
      as_const(size_y.view()),
      padded_view<void*>(size_da.data(), result, 1, mixed, c.rows, padding), output, range);
  expect_near(device_da.to_host(), da, size_da, groups * c.cols);
}

TYPED_TEST(CudaGemm, WeightGradientMatchesReferenceOverShapes) {
  for (const Case& c : all_cases()) {
    const PanelRange all{0, c.layout().panels()};
    for (const std::int64_t outputs : {1, 70}) {
      expect_same_gemm_tn<TypeParam>(c, outputs, Output::overwrite, all, 0);
      expect_same_gemm_tn<TypeParam>(c, outputs, Output::accumulate, all, 3);
    }
  }
}

TYPED_TEST(CudaGemm, WeightGradientOfAPanelRangeReadsThoseRowsOfDy) {
  const Case c{2, 300, 70, 16, 8, 0.6, 64};
  expect_same_gemm_tn<TypeParam>(c, 33, Output::overwrite, {0, 1}, 0);
  expect_same_gemm_tn<TypeParam>(c, 33, Output::accumulate, {3, 4}, 0);
  expect_same_gemm_tn<TypeParam>(c, 33, Output::overwrite, {9, 1}, 0);
}

TYPED_TEST(CudaGemm, AnEmptyRangeOverwritesWithZeros) {
  const Case c{2, 300, 70, 16, 8, 0.6, 64};
  expect_same_gemm_tn<TypeParam>(c, 33, Output::overwrite, {2, 0}, 0);
  expect_same_gemm_tn<TypeParam>(c, 33, Output::accumulate, {2, 0}, 0);
  expect_same_gemm_nt<TypeParam>(c, 33, Output::overwrite, {0, 0}, 0);
}

TYPED_TEST(CudaGemm, TokenMixingGradientMatchesReferenceOverShapes) {
  for (const Case& c : all_cases()) {
    const PanelRange all{0, c.layout().panels()};
    for (const std::int64_t mixed : {1, 70}) {
      expect_same_gemm_nt<TypeParam>(c, mixed, Output::overwrite, all, 0);
      expect_same_gemm_nt<TypeParam>(c, mixed, Output::accumulate, all, 3);
    }
  }
}

TYPED_TEST(CudaGemm, TokenMixingGradientOfSomeGroups) {
  const Case c{4, 100, 70, 16, 8, 0.6, 64};
  const std::int64_t panels = c.layout().panels_per_group();
  expect_same_gemm_nt<TypeParam>(c, 33, Output::overwrite, {panels, 2 * panels}, 0);
  expect_same_gemm_nt<TypeParam>(c, 33, Output::accumulate, {3 * panels, panels}, 0);
}

// Tests the plain kernels, which take blocks of one element; the strips have their own tests.
TYPED_TEST(CudaGemm, PlainEpilogueScalesShiftsAndSums) {
  using Result = ResultOf<TypeParam>;
  constexpr std::int64_t outputs = 70;
  const Case c{2, 150, 130, 1, 1, 0.6};
  HostPanels<TypeParam> x = reference_panels<TypeParam>(c);
  const auto dy = make_values<TypeParam>(300 * outputs, Pattern::normal, 2);
  const auto scale = make_values<Result>(c.cols), shift = make_values<Result>(c.cols);
  for (const Output output : {Output::overwrite, Output::accumulate}) {
    auto dw = make_values<Result>(outputs * c.cols), bias = make_values<Result>(outputs);
    const DeviceArray<TypeParam> device_dy(dy);
    const DeviceArray<Result> device_dw(dw), device_bias(bias), device_scale(scale),
        device_shift(shift);
    const DevicePanels<TypeParam> device_x(x);
    const auto run = [&](const ExecutionContext& on, const TypeParam* from, const BsrPanels& of,
                         Result* to, const GemmEpilogue& epilogue) {
      gemm_tn(on, contiguous_matrix<const void*>(from, dtype_of<TypeParam>, 300, outputs),
              as_const(of), contiguous_matrix<void*>(to, dtype_of<Result>, outputs, c.cols), output,
              {}, epilogue);
    };
    run(on_reference, dy.data(), x.view(), dw.data(), {scale.data(), shift.data(), bias.data()});
    run(on_cuda, device_dy.data(), device_x.view(), device_dw.data(),
        {device_scale.data(), device_shift.data(), device_bias.data()});
    // Sums of |a·b| are far below 1000, scales below 5.
    const double tolerance = 300 * 5000.0 * std::numeric_limits<Result>::epsilon();
    const auto actual = device_dw.to_host(), actual_bias = device_bias.to_host();
    for (std::size_t i = 0; i < dw.size(); ++i) ASSERT_NEAR(actual[i], dw[i], tolerance);
    for (std::size_t i = 0; i < bias.size(); ++i) ASSERT_NEAR(actual_bias[i], bias[i], tolerance);
  }
}

TYPED_TEST(CudaGemm, RepeatedRunsGiveTheSameBits) {
  const Case c{4, 196, 130, 8, 8, 0.5};
  const DevicePanels<TypeParam> x(reference_panels<TypeParam>(c));
  const std::int64_t tokens = c.groups * c.rows;
  const DeviceArray<TypeParam> dy(make_values<TypeParam>(tokens * 200, Pattern::normal, 2));
  using Result = ResultOf<TypeParam>;
  std::vector<Result> first;
  for (int run = 0; run < 3; ++run) {
    const DeviceArray<Result> dw(static_cast<std::size_t>(200 * c.cols));
    gemm_tn(on_cuda, contiguous_matrix<const void*>(dy.data(), dtype_of<TypeParam>, tokens, 200),
            as_const(x.view()), contiguous_matrix<void*>(dw.data(), dtype_of<Result>, 200, c.cols));
    if (run == 0) {
      first = dw.to_host();
    } else {
      EXPECT_TRUE(same_bits(dw.to_host(), first));
    }
  }
}

TYPED_TEST(CudaGemm, NonFiniteValuesReachTheGradient) {
  using Result = ResultOf<TypeParam>;
  const Case c{1, 32, 32, 16, 16, 0.0};
  HostPanels<TypeParam> x = reference_panels<TypeParam>(c);
  x.values[0] = TypeParam(std::numeric_limits<Result>::quiet_NaN());  // row 0, feature 0
  const DevicePanels<TypeParam> device_x(x);
  const DeviceArray<TypeParam> dy(make_values<TypeParam>(32 * 8, Pattern::normal, 2));
  const DeviceArray<Result> dw(static_cast<std::size_t>(8 * 32));
  gemm_tn(on_cuda, contiguous_matrix<const void*>(dy.data(), dtype_of<TypeParam>, 32, 8),
          as_const(device_x.view()), contiguous_matrix<void*>(dw.data(), dtype_of<Result>, 8, 32));
  const std::vector<Result> result = dw.to_host();
  for (std::size_t o = 0; o < 8; ++o) {
    EXPECT_TRUE(std::isnan(result[o * 32]));
    EXPECT_TRUE(std::isfinite(result[o * 32 + 1]));
  }
}

}  // namespace
}  // namespace actscope::kernels::test
