// SPDX-License-Identifier: Apache-2.0
// The fused producer on CUDA: what gelu and compress give one after the other, bit by bit.
#include "actscope/kernels/gelu_compress.hpp"

#include "actscope/kernels/elementwise.hpp"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
class CudaGeluCompress : public CudaTest {};
using Types = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(CudaGeluCompress, Types);

TYPED_TEST(CudaGeluCompress, IsCompressAfterGelu) {
  const DType dtype = dtype_of<TypeParam>;
  for (const Case& c : all_cases()) {
    for (const std::int64_t padding : {0, 3}) {
      SCOPED_TRACE(testing::Message() << c << ", padding " << padding);
      const auto h = make_values<TypeParam>(padded_size(c.groups, c.rows, c.cols, padding));
      const DeviceArray<TypeParam> device_h(h), u(h), fused_u(h);
      const auto in = [&](const DeviceArray<TypeParam>& of) {
        return padded_view<const void*>(of.data(), dtype, c.groups, c.rows, c.cols, padding);
      };
      const auto to = [&](const DeviceArray<TypeParam>& of) {
        return padded_view<void*>(of.data(), dtype, c.groups, c.rows, c.cols, padding);
      };
      const HostPanels<TypeParam> empty(c.layout());
      const DevicePanels<TypeParam> apart(empty), fused(empty), without_u(empty);
      const DeviceArray<std::uint8_t> workspace(
          static_cast<std::size_t>(compress_workspace_bytes(on_cuda, c.layout())));
      gelu(on_cuda, in(device_h), to(u));
      compress(on_cuda, in(u), apart.view(), workspace.data());
      const MatrixView written = to(fused_u);
      gelu_compress(on_cuda, in(device_h), &written, fused.view(), workspace.data());
      gelu_compress(on_cuda, in(device_h), nullptr, without_u.view(), workspace.data());
      EXPECT_TRUE(same_bits(fused_u.to_host(), u.to_host()));
      for (const auto* panels : {&fused, &without_u}) {
        EXPECT_EQ(panels->mask.to_host(), apart.mask.to_host());
        EXPECT_EQ(panels->starts.to_host(), apart.starts.to_host());
        EXPECT_TRUE(same_bits(panels->values.to_host(), apart.values.to_host()));
      }
    }
  }
}

TYPED_TEST(CudaGeluCompress, WritesUInPlaceAndScales) {
  const DType dtype = dtype_of<TypeParam>;
  const PanelLayout layout(1, 60, 40, {8, 8, 0.5, Select::row, 32, Rescale::unbiased});
  const auto h = make_values<TypeParam>(60 * 40);
  const DeviceArray<TypeParam> in_place(h), u(h);
  const HostPanels<TypeParam> empty(layout);
  const DevicePanels<TypeParam> apart(empty), fused(empty);
  const DeviceArray<std::uint8_t> workspace(
      static_cast<std::size_t>(compress_workspace_bytes(on_cuda, layout)));
  const auto view = [&](const DeviceArray<TypeParam>& of) {
    return contiguous_matrix<void*>(of.data(), dtype, 60, 40);
  };
  gelu(on_cuda, as_const(view(u)), view(u));
  compress(on_cuda, as_const(view(u)), apart.view(), workspace.data(), {11});
  const MatrixView written = view(in_place);
  gelu_compress(on_cuda, as_const(written), &written, fused.view(), workspace.data(), {11});
  EXPECT_TRUE(same_bits(in_place.to_host(), u.to_host()));
  EXPECT_EQ(fused.scales.to_host(), apart.scales.to_host());
  EXPECT_TRUE(same_bits(fused.values.to_host(), apart.values.to_host()));
}

}  // namespace
}  // namespace actscope::kernels::test
