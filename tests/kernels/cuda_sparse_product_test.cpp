// SPDX-License-Identifier: Apache-2.0
// spmm and sddmm on CUDA against the oracle.
#include "actscope/kernels/gemm.hpp"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
class CudaSparseProduct : public CudaTest {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(CudaSparseProduct, Types);

TYPED_TEST(CudaSparseProduct, AgreesWithTheReference) {
  constexpr std::int64_t outputs = 21;
  const DType dtype = dtype_of<TypeParam>;
  const double tolerance =
      4.0 * 500 * static_cast<double>(std::numeric_limits<TypeParam>::epsilon());
  for (const Case& c : all_cases()) {
    if (c.rows * c.cols > 60'000) continue;
    SCOPED_TRACE(testing::Message() << c);
    HostPanels<TypeParam> panels = reference_panels<TypeParam>(c);
    const auto w = make_values<TypeParam>(outputs * c.cols);
    const auto dy = make_values<TypeParam>(c.groups * c.rows * outputs);
    const DeviceArray<TypeParam> device_w(w), device_dy(dy);
    const DevicePanels<TypeParam> device_panels(panels);
    std::vector<TypeParam> y(static_cast<std::size_t>(c.groups * c.rows * outputs));
    const DeviceArray<TypeParam> device_y(y);
    const auto run = [&](const ExecutionContext& on, const BsrPanels& of, const TypeParam* weights,
                         const TypeParam* gradient, TypeParam* to) {
      const auto w_view = contiguous_matrix<const void*>(weights, dtype, outputs, c.cols);
      spmm(on, as_const(of), w_view,
           contiguous_groups<void*>(to, dtype, c.groups, c.rows, outputs));
      sddmm(on, contiguous_groups<const void*>(gradient, dtype, c.groups, c.rows, outputs), w_view,
            of);
    };
    run(on_reference, panels.view(), w.data(), dy.data(), y.data());
    run(on_cuda, device_panels.view(), device_w.data(), device_dy.data(), device_y.data());
    const auto actual = device_y.to_host();
    for (std::size_t i = 0; i < y.size(); ++i) ASSERT_NEAR(actual[i], y[i], tolerance);
    const auto sampled = device_panels.values.to_host();
    for (std::size_t i = 0; i < sampled.size(); ++i) {
      ASSERT_NEAR(sampled[i], panels.values[i], tolerance);
    }
  }
}

}  // namespace
}  // namespace actscope::kernels::test
