// SPDX-License-Identifier: Apache-2.0
// Every way of selecting on CUDA against the oracle, bit by bit.
#include <array>
#include <limits>

#include "actscope/kernels/gemm.hpp"
#include "cuda/global_selection.hpp"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
class CudaSelection : public CudaTest {};
using Types = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(CudaSelection, Types);

std::vector<BlockSpec> ways_to_select() {
  std::vector<BlockSpec> ways;
  for (const Select select : {Select::panel, Select::row, Select::column, Select::global,
                              Select::random, Select::threshold}) {
    for (const Rescale rescale : {Rescale::none, Rescale::unbiased}) {
      ways.push_back({4, 8, 0.6, select, 32, rescale});
      ways.push_back({3, 2, 0.95, select, 10, rescale});
      ways.push_back({8, 8, 0.0, select, 64, rescale});
    }
  }
  return ways;
}

// Two steps, so that a threshold is found and then used; the second is gathered.
template <class T, class Threshold>
void compress_steps(const ExecutionContext& context, const ConstMatrixView& x,
                    const BsrPanels& panels, Threshold* threshold, void* workspace) {
  for (std::uint64_t step = 0; step < 2; ++step) {
    compress(context, x, panels, workspace, {42 + step, 5, threshold});
  }
}

// Compresses twice on both sides, from this threshold on; everything has to agree.
template <class T>
void expect_bits_of_reference(std::int64_t groups, std::int64_t rows, std::int64_t cols,
                              const BlockSpec& way, const std::vector<T>& x,
                              double first_threshold = 0) {
  SCOPED_TRACE(testing::Message() << describe(way) << " of " << rows << "x" << cols
                                  << ", threshold " << first_threshold);
  const PanelLayout layout(groups, rows, cols, way);
  const DeviceArray<T> device_x(x);
  HostPanels<T> expected(layout);
  const DevicePanels<T> actual(expected);
  const auto view = [&](const void* data) {
    return contiguous_groups<const void*>(data, dtype_of<T>, groups, rows, cols);
  };
  double threshold = first_threshold;
  compress_steps<T>(on_reference, view(x.data()), expected.view(), &threshold, nullptr);
  const DeviceArray<double> device_threshold(std::vector<double>{first_threshold});
  const DeviceArray<std::uint8_t> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(on_cuda, layout)));
  compress_steps<T>(on_cuda, view(device_x.data()), actual.view(), device_threshold.data(),
                    workspace.data());
  ASSERT_EQ(actual.mask.to_host(), expected.mask);
  ASSERT_EQ(actual.starts.to_host(), expected.starts);
  ASSERT_EQ(actual.scales.to_host(), expected.scales);
  ASSERT_TRUE(same_bits(actual.values.to_host(), expected.values));
  ASSERT_EQ(device_threshold.to_host().front(), threshold);
}

TYPED_TEST(CudaSelection, GivesTheBitsOfTheReference) {
  for (const auto& [groups, rows, cols] :
       {std::array<std::int64_t, 3>{1, 1, 1}, {3, 49, 64}, {1, 150, 97}, {2, 0, 8}}) {
    for (const BlockSpec& way : ways_to_select()) {
      for (const Pattern pattern : {Pattern::normal, Pattern::ties}) {
        if (pattern == Pattern::ties && groups != 3) continue;
        auto x = make_values<TypeParam>(groups * rows * cols, pattern);
        if (x.size() > 100) x[57] = TypeParam(std::numeric_limits<float>::infinity());
        expect_bits_of_reference(groups, rows, cols, way, x);
        if (this->HasFatalFailure()) return;
      }
    }
  }
}

// Keys are of one type whatever the elements are: one type will do for many of them.
using CudaSelectionOfMany = CudaTest;

struct ManyBlocks {
  Select select;
  double sparsity;
  Pattern pattern;
  double threshold;  ///< that comes with the draw; 0: none
  Rescale rescale = Rescale::none;
};

// More blocks than one thread block selects among: all thread blocks look for the limit together.
TEST_F(CudaSelectionOfMany, GiveTheBitsOfTheReference) {
  constexpr std::int64_t rows = 131, cols = 401;  // 8,844 blocks of 2x3
  static_assert(66 * 134 > cuda::most_blocks_of_one);
  const auto is_threshold = Select::threshold;
  for (const ManyBlocks& many : {
           ManyBlocks{Select::global, 0.6, Pattern::normal, 0, Rescale::unbiased},
           ManyBlocks{Select::global, 0.6, Pattern::ties, 0},
           ManyBlocks{Select::global, 0, Pattern::ties, 0},       // nothing is dropped
           ManyBlocks{Select::global, 0.9999, Pattern::ties, 0},  // one is kept
           ManyBlocks{is_threshold, 0.6, Pattern::normal,
                      1e-9},  // all reach it: more than are kept
           ManyBlocks{is_threshold, 0.6, Pattern::normal, 3.7, Rescale::unbiased},  // few do
           ManyBlocks{is_threshold, 0.6, Pattern::ties, 1e30},                      // nobody does
       }) {
    expect_bits_of_reference(1, rows, cols, {2, 3, many.sparsity, many.select, 10, many.rescale},
                             make_values<float>(rows * cols, many.pattern), many.threshold);
    if (HasFatalFailure()) return;
  }
}

// More panels than the threads that chain their column starts.
TEST_F(CudaSelectionOfMany, PanelsHaveTheirColumnStartsChained) {
  expect_bits_of_reference(1, 1050, 3, {1, 2, 0.7, Select::global, 1},
                           make_values<float>(1050 * 3));
}

TYPED_TEST(CudaSelection, ProductsReadPanelsOfAnyCount) {
  using Result = ResultOf<TypeParam>;
  for (const BlockSpec& way : ways_to_select()) {
    const PanelLayout layout(3, 49, 64, way);
    const auto x = make_values<TypeParam>(3 * 49 * 64);
    HostPanels<TypeParam> panels(layout);
    double threshold = 0;
    compress_steps<TypeParam>(
        on_reference, contiguous_groups<const void*>(x.data(), dtype_of<TypeParam>, 3, 49, 64),
        panels.view(), &threshold, nullptr);
    const DevicePanels<TypeParam> device_panels(panels);
    const auto run = [&](const ExecutionContext& context, const BsrPanels& of, const void* of_left,
                         void* to_dw, void* to_da) {
      const DType dtype = dtype_of<TypeParam>, result = dtype_of<Result>;
      gemm_tn(context, contiguous_matrix<const void*>(of_left, dtype, 147, 70), as_const(of),
              contiguous_matrix<void*>(to_dw, result, 70, 64));
      gemm_nt_batched(context, contiguous_groups<const void*>(of_left, dtype, 3, 70, 64),
                      as_const(of), contiguous_matrix<void*>(to_da, result, 70, 49));
    };
    std::vector<Result> dw(70 * 64), da(70 * 49);
    // Read as dY [147, 70] and as dT 3 × [70, 64].
    const auto left = make_values<TypeParam>(3 * 70 * 64);
    const DeviceArray<TypeParam> device_left(left);
    const DeviceArray<Result> device_dw(dw), device_da(da);
    run(on_reference, panels.view(), left.data(), dw.data(), da.data());
    run(on_cuda, device_panels.view(), device_left.data(), device_dw.data(), device_da.data());
    const std::vector<Result> actual_dw = device_dw.to_host(), actual_da = device_da.to_host();
    const double tolerance =
        20 * 4.0 * 200 * static_cast<double>(std::numeric_limits<Result>::epsilon());
    for (std::size_t i = 0; i < dw.size(); ++i) {
      ASSERT_NEAR(actual_dw[i], dw[i], tolerance) << describe(way);
    }
    for (std::size_t i = 0; i < da.size(); ++i) {
      ASSERT_NEAR(actual_da[i], da[i], tolerance) << describe(way);
    }
  }
}

}  // namespace
}  // namespace actscope::kernels::test
