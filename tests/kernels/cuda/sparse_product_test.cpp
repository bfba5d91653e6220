// SPDX-License-Identifier: Apache-2.0
// spmm and sddmm on CUDA against the oracle.
#include "actscope/kernels/gemm.hpp"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
class CudaSparseProduct : public CudaTest {};
using Types = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(CudaSparseProduct, Types);

TYPED_TEST(CudaSparseProduct, AgreesWithTheReference) {
  constexpr std::int64_t outputs = 21;
  const DType dtype = dtype_of<TypeParam>;
  using Result = ResultOf<TypeParam>;
  const double tolerance = 4.0 * 500 * static_cast<double>(std::numeric_limits<Result>::epsilon());
  // Sampled values are rounded to their own type, here and there to another neighbor.
  const double narrow = size_of(dtype) == 2 ? 0x1p-7 : 0;
  for (const Case& c : all_cases()) {
    if (c.rows * c.cols > 60'000) continue;
    SCOPED_TRACE(testing::Message() << c);
    HostPanels<TypeParam> panels = reference_panels<TypeParam>(c);
    const auto w = make_values<TypeParam>(outputs * c.cols);
    const auto dy = make_values<TypeParam>(c.groups * c.rows * outputs);
    const DeviceArray<TypeParam> device_w(w), device_dy(dy);
    const DevicePanels<TypeParam> device_panels(panels);
    std::vector<Result> y(static_cast<std::size_t>(c.groups * c.rows * outputs));
    const DeviceArray<Result> device_y(y);
    const auto run = [&](const ExecutionContext& on, const BsrPanels& of, const TypeParam* weights,
                         const TypeParam* gradient, Result* to) {
      const auto w_view = contiguous_matrix<const void*>(weights, dtype, outputs, c.cols);
      spmm(on, as_const(of), w_view,
           contiguous_groups<void*>(to, dtype_of<Result>, c.groups, c.rows, outputs));
      sddmm(on, contiguous_groups<const void*>(gradient, dtype, c.groups, c.rows, outputs), w_view,
            of);
    };
    run(on_reference, panels.view(), w.data(), dy.data(), y.data());
    run(on_cuda, device_panels.view(), device_w.data(), device_dy.data(), device_y.data());
    const auto actual = device_y.to_host();
    for (std::size_t i = 0; i < y.size(); ++i) ASSERT_NEAR(actual[i], y[i], tolerance);
    const auto sampled = device_panels.values.to_host();
    for (std::size_t i = 0; i < sampled.size(); ++i) {
      const auto wanted = static_cast<double>(panels.values[i]);
      ASSERT_NEAR(sampled[i], wanted, tolerance + narrow * std::abs(wanted));
    }
  }
}

}  // namespace
}  // namespace actscope::kernels::test
