// SPDX-License-Identifier: Apache-2.0
// CUDA against the reference: selection, gathering, column starts and decompression agree bit by
// bit.
#include <limits>

#include "actscope/base/error.hpp"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
class CudaCompress : public CudaTest {};
using ElementTypes = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(CudaCompress, ElementTypes);

/// Compresses x on both sides and compares index and values.
template <class T>
void expect_same_panels(const Case& c, const std::vector<T>& x, std::int64_t padding) {
  SCOPED_TRACE(testing::Message() << c << ", padding " << padding);
  HostPanels<T> expected(c.layout());
  DevicePanels<T> actual(expected);
  const DType dtype = dtype_of<T>;
  compress(on_reference,
           padded_view<const void*>(x.data(), dtype, c.groups, c.rows, c.cols, padding),
           expected.view(), nullptr);
  const DeviceArray<T> device_x(x);
  const DeviceArray<std::uint8_t> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(on_cuda, expected.layout)));
  compress(on_cuda,
           padded_view<const void*>(device_x.data(), dtype, c.groups, c.rows, c.cols, padding),
           actual.view(), workspace.data());
  EXPECT_EQ(actual.mask.to_host(), expected.mask);
  EXPECT_EQ(actual.starts.to_host(), expected.starts);
  EXPECT_TRUE(same_bits(actual.values.to_host(), expected.values));
}

TYPED_TEST(CudaCompress, MatchesReferenceOverShapes) {
  for (const Case& c : all_cases()) {
    for (const std::int64_t padding : {0, 3}) {
      expect_same_panels(c, make_values<TypeParam>(padded_size(c.groups, c.rows, c.cols, padding)),
                         padding);
    }
  }
}

TYPED_TEST(CudaCompress, TiesGoToTheFirstIndex) {
  for (const Case& c : all_cases()) {
    const std::int64_t size = c.groups * c.rows * c.cols;
    expect_same_panels(c, make_values<TypeParam>(size, Pattern::ties), 0);
    expect_same_panels(c, std::vector<TypeParam>(static_cast<std::size_t>(size), TypeParam{0}), 0);
  }
}

TYPED_TEST(CudaCompress, NonFiniteBlocksComeFirst) {
  using Limits = std::numeric_limits<ResultOf<TypeParam>>;
  for (const Case& c : all_cases()) {
    std::vector<TypeParam> x = make_values<TypeParam>(c.groups * c.rows * c.cols);
    const TypeParam special[] = {TypeParam(Limits::quiet_NaN()), TypeParam(Limits::infinity()),
                                 TypeParam(-Limits::infinity()), TypeParam(Limits::max()),
                                 TypeParam(Limits::denorm_min())};
    for (std::size_t i = 0; i < 15 && i < x.size(); ++i) {
      x[(i * 7919) % x.size()] = special[i % std::size(special)];
    }
    expect_same_panels(c, x, 0);
  }
}

TYPED_TEST(CudaCompress, ColumnStartsFollowFromTheMask) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(testing::Message() << c);
    HostPanels<TypeParam> expected = reference_panels<TypeParam>(c);
    HostPanels<TypeParam> without_starts = expected;
    for (std::uint32_t& start : without_starts.starts) start = 0xffffffff;
    const DevicePanels<TypeParam> actual(without_starts);
    column_starts_from_mask(on_cuda, actual.layout, actual.view().index);
    EXPECT_EQ(actual.starts.to_host(), expected.starts);
  }
}

TYPED_TEST(CudaCompress, GatherWritesItsPanelRangeOnly) {
  const Case c{2, 300, 70, 16, 8, 0.6, 64};
  const std::vector<TypeParam> x = make_values<TypeParam>(c.groups * c.rows * c.cols);
  HostPanels<TypeParam> expected(c.layout());
  const auto view =
      contiguous_groups<const void*>(x.data(), dtype_of<TypeParam>, c.groups, c.rows, c.cols);
  select_blocks(on_reference, view, expected.layout, expected.view().index, nullptr);
  const DevicePanels<TypeParam> actual(expected);
  const PanelRange range{3, 4};
  gather_blocks(on_reference, view, expected.view(), range);
  const DeviceArray<TypeParam> device_x(x);
  gather_blocks(on_cuda,
                contiguous_groups<const void*>(device_x.data(), dtype_of<TypeParam>, c.groups,
                                               c.rows, c.cols),
                actual.view(), range);
  EXPECT_TRUE(same_bits(actual.values.to_host(), expected.values));
}

TYPED_TEST(CudaCompress, DecompressMatchesReferenceAndLeavesGapsAlone) {
  for (const Case& c : all_cases()) {
    for (const std::int64_t padding : {0, 3}) {
      SCOPED_TRACE(testing::Message() << c << ", padding " << padding);
      HostPanels<TypeParam> panels = reference_panels<TypeParam>(c);
      const DevicePanels<TypeParam> device_panels(panels);
      std::vector<TypeParam> expected(
          static_cast<std::size_t>(padded_size(c.groups, c.rows, c.cols, padding)), TypeParam{55});
      const DeviceArray<TypeParam> actual(expected);
      const DType dtype = dtype_of<TypeParam>;
      decompress(on_reference, as_const(panels.view()),
                 padded_view<void*>(expected.data(), dtype, c.groups, c.rows, c.cols, padding));
      decompress(on_cuda, as_const(device_panels.view()),
                 padded_view<void*>(actual.data(), dtype, c.groups, c.rows, c.cols, padding));
      EXPECT_TRUE(same_bits(actual.to_host(), expected));
    }
  }
}

class CudaStream : public CudaTest {};

TEST_F(CudaStream, WorkGoesToTheGivenStream) {
  const Case c{1, 300, 200, 16, 16, 0.8};
  HostPanels<float> expected = reference_panels<float>(c);
  const std::vector<float> x = make_values<float>(c.rows * c.cols);
  const DeviceArray<float> device_x(x);
  const DevicePanels<float> actual{HostPanels<float>(c.layout())};
  const DeviceArray<std::uint8_t> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(on_cuda, c.layout())));
  cudaStream_t stream = nullptr;
  cuda::check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
              "cudaStreamCreateWithFlags");
  compress({Backend::cuda, stream},
           contiguous_matrix<const void*>(device_x.data(), DType::f32, c.rows, c.cols),
           actual.view(), workspace.data());
  cuda::check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  EXPECT_TRUE(same_bits(actual.values.to_host(), expected.values));
  cuda::check(cudaStreamDestroy(stream), "cudaStreamDestroy");
}

TEST_F(CudaStream, WorkOnACapturedStreamAllocatesAndAwaitsNothing) {
  // Stream capture refuses allocation and synchronization: a capture that ends well had neither.
  const Case c{1, 300, 200, 16, 16, 0.8};
  const DeviceArray<float> x(make_values<float>(c.rows * c.cols));
  const DevicePanels<float> panels{HostPanels<float>(c.layout())};
  const DeviceArray<std::uint8_t> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(on_cuda, c.layout())));
  cudaStream_t stream = nullptr;
  cudaGraph_t graph = nullptr;
  cuda::check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
              "cudaStreamCreateWithFlags");
  cuda::check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal),
              "cudaStreamBeginCapture");
  compress({Backend::cuda, stream},
           contiguous_matrix<const void*>(x.data(), DType::f32, c.rows, c.cols), panels.view(),
           workspace.data());
  cuda::check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
  std::size_t nodes = 0;
  cuda::check(cudaGraphGetNodes(graph, nullptr, &nodes), "cudaGraphGetNodes");
  EXPECT_EQ(nodes, 3u);  // keys, selection with column starts, gathering
  cuda::check(cudaGraphDestroy(graph), "cudaGraphDestroy");
  cuda::check(cudaStreamDestroy(stream), "cudaStreamDestroy");
}

}  // namespace
}  // namespace actscope::kernels::test
