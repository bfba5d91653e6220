// SPDX-License-Identifier: Apache-2.0
// Element-wise passes on CUDA against the oracle.
#include "actscope/kernels/elementwise.hpp"

#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
class CudaElementwise : public CudaTest {
 protected:
  // Results of every pass over matrices with gaps between their rows.
  void run(const ExecutionContext& on, const T* x, const T* t, const T* alpha,
           std::vector<T*> out) {
    const auto in = [](const T* data) {
      return padded_view<const void*>(data, dtype_of<T>, groups, rows, cols, gap);
    };
    const auto to = [](T* data) {
      return padded_view<void*>(data, dtype_of<T>, groups, rows, cols, gap);
    };
    affine(on, in(x), alpha, alpha + cols, to(out[0]));
    add_scaled(on, in(x), alpha, in(t), to(out[1]));
    gelu(on, in(x), to(out[2]));
    const MatrixView u = to(out[4]);
    gelu_backward(on, in(t), in(x), to(out[3]), &u);
  }

  static constexpr std::int64_t groups = 2, rows = 19, cols = 37, gap = 3;
};
using Types = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(CudaElementwise, Types);

TYPED_TEST(CudaElementwise, AgreesWithTheReference) {
  const auto size = padded_size(this->groups, this->rows, this->cols, this->gap);
  const auto x = make_values<TypeParam>(size, Pattern::normal, 1);
  const auto t = make_values<TypeParam>(size, Pattern::normal, 2);
  const auto alpha = make_values<TypeParam>(2 * this->cols, Pattern::normal, 3);
  std::vector<std::vector<TypeParam>> expected(
      5, std::vector<TypeParam>(static_cast<std::size_t>(size), TypeParam(7)));
  std::vector<DeviceArray<TypeParam>> actual;
  std::vector<TypeParam*> host_out, device_out;
  for (auto& result : expected) {
    host_out.push_back(result.data());
    actual.emplace_back(result);
    device_out.push_back(actual.back().data());
  }
  this->run(on_reference, x.data(), t.data(), alpha.data(), host_out);
  const DeviceArray<TypeParam> device_x(x), device_t(t), device_alpha(alpha);
  this->run(on_cuda, device_x.data(), device_t.data(), device_alpha.data(), device_out);
  // Types of two bytes: one unit in the last place where the error of f32 crosses a tie.
  const double last_place = std::is_same_v<TypeParam, bfloat16>  ? 0x1p-7
                            : std::is_same_v<TypeParam, float16> ? 0x1p-10
                                                                 : 0;
  const double tolerance = std::is_same_v<TypeParam, double> ? 1e-14 : 4e-6;
  for (std::size_t r = 0; r < expected.size(); ++r) {
    const auto result = actual[r].to_host();
    for (std::size_t i = 0; i < result.size(); ++i) {
      const auto wanted = static_cast<double>(expected[r][i]);
      ASSERT_NEAR(static_cast<double>(result[i]), wanted, tolerance + last_place * std::abs(wanted))
          << "result " << r;
    }
  }
}

TYPED_TEST(CudaElementwise, CodesStayWithinTheirError) {
  constexpr std::int64_t tokens = TestFixture::rows, features = TestFixture::cols;
  const auto h = make_values<TypeParam>(tokens * features);
  const std::vector<TypeParam> ones(h.size(), TypeParam(1));
  const DType dtype = dtype_of<TypeParam>;
  std::vector<TypeParam> exact(h.size());
  gelu_backward(on_reference, contiguous_matrix<const void*>(ones.data(), dtype, tokens, features),
                contiguous_matrix<const void*>(h.data(), dtype, tokens, features),
                contiguous_matrix<void*>(exact.data(), dtype, tokens, features));
  const DeviceArray<TypeParam> device_h(h), device_ones(ones), u(ones), dh(ones);
  for (const auto& [bits, most] : {std::pair{CodeBits::int2, .168}, {CodeBits::int4, .046}}) {
    const DeviceArray<std::uint8_t> codes(
        static_cast<std::size_t>(gelu_code_bytes(bits, tokens, features)));
    gelu(on_cuda, contiguous_matrix<const void*>(device_h.data(), dtype, tokens, features),
         contiguous_matrix<void*>(u.data(), dtype, tokens, features), {bits, codes.data()});
    gelu_backward_from_code(
        on_cuda, contiguous_matrix<const void*>(device_ones.data(), dtype, tokens, features), bits,
        codes.data(), contiguous_matrix<void*>(dh.data(), dtype, tokens, features));
    const auto coded = dh.to_host();
    for (std::size_t i = 0; i < coded.size(); ++i) {
      // Levels and exact derivatives are rounded to the type, half a unit in the last place each.
      ASSERT_NEAR(static_cast<double>(coded[i]), static_cast<double>(exact[i]),
                  most + (sizeof(TypeParam) == 2 ? 0x1p-7 : 0));
    }
  }
}

}  // namespace
}  // namespace actscope::kernels::test
