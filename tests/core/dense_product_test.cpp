// SPDX-License-Identifier: Apache-2.0
#include "dense_product.hpp"

#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <atomic>

namespace actscope::core {
namespace {

using torch::Tensor;

std::atomic<int> calls_of_onednn{0};

std::unique_ptr<at::ObserverContext> count_call(const at::RecordFunction& function) {
  if (std::string(function.name()) == "mkldnn::_linear_pointwise") ++calls_of_onednn;
  return nullptr;
}

// How often oneDNN's operator is called while this lives.
class CallCount {
 public:
  CallCount() : handle_(at::addGlobalCallback(at::RecordFunctionCallback(&count_call))) {
    calls_of_onednn = 0;
  }
  ~CallCount() { at::removeCallback(handle_); }
  CallCount(const CallCount&) = delete;
  CallCount& operator=(const CallCount&) = delete;

 private:
  at::CallbackHandle handle_;
};

// ‖got − left·rightᵀ − bias‖ in units of what float32 sums of `inner` terms may differ by.
double error_in_roundings(const Tensor& got, const Tensor& left, const Tensor& right,
                          const Tensor& bias) {
  const Tensor exact = torch::addmm(bias.to(torch::kFloat64), left.to(torch::kFloat64),
                                    right.to(torch::kFloat64).t());
  const Tensor sizes =
      torch::mm(left.abs().to(torch::kFloat64), right.abs().to(torch::kFloat64).t());
  const double unit = static_cast<double>(left.size(1)) * std::numeric_limits<float>::epsilon();
  return ((got.to(torch::kFloat64) - exact).abs() / (sizes + 1)).max().item<double>() / unit;
}

class DenseProduct : public testing::TestWithParam<std::array<std::int64_t, 3>> {};

TEST_P(DenseProduct, IsTheExactOneUpToRoundingWhateverTheStrides) {
  const auto [rows, inner, outputs] = GetParam();
  torch::manual_seed(rows + inner);
  const Tensor left = torch::randn({rows, inner}), right = torch::randn({outputs, inner});
  const Tensor bias = torch::randn({outputs}), none = torch::zeros({outputs});
  EXPECT_LE(error_in_roundings(product_nt(left, right, bias), left, right, bias), 1);
  EXPECT_LE(error_in_roundings(product_nt(left, right), left, right, none), 1);
  const Tensor turned_left = torch::randn({inner, rows}).t();
  const Tensor turned_right = torch::randn({inner, outputs}).t();
  EXPECT_LE(
      error_in_roundings(product_nt(turned_left, turned_right), turned_left, turned_right, none),
      1);
  const Tensor part = torch::randn({rows, inner + 3}).narrow(1, 2, inner);
  EXPECT_LE(error_in_roundings(product_nt(part, right, bias), part, right, bias), 1);
  const Tensor wide = product_nt(left.to(torch::kFloat64), right.to(torch::kFloat64));
  EXPECT_TRUE(torch::allclose(
      wide, torch::mm(left.to(torch::kFloat64), right.to(torch::kFloat64).t()), 1e-12, 1e-12));
}

INSTANTIATE_TEST_SUITE_P(Shapes, DenseProduct,
                         testing::Values(std::array<std::int64_t, 3>{1, 1, 1},
                                         std::array<std::int64_t, 3>{97, 53, 31},
                                         std::array<std::int64_t, 3>{512, 64, 256},
                                         std::array<std::int64_t, 3>{601, 131, 277}));

TEST(DenseProductLibrary, LargeFloatProductsRunInOneDnnWhereLibTorchHasIt) {
  const Tensor left = torch::randn({512, 64}), right = torch::randn({256, 64});
  const CallCount count;
  (void)product_nt(left, right);
  EXPECT_EQ(calls_of_onednn, at::hasMKLDNN() ? 1 : 0);
  (void)product_nt(left.narrow(0, 0, 8), right);
  (void)product_nt(left.to(torch::kFloat64), right.to(torch::kFloat64));
  EXPECT_EQ(calls_of_onednn, at::hasMKLDNN() ? 1 : 0);
}

TEST(DenseProductLibrary, OfNothingIsNothing) {
  EXPECT_EQ(product_nt(torch::ones({0, 4}), torch::ones({3, 4})).sizes(),
            (std::vector<std::int64_t>{0, 3}));
  EXPECT_TRUE(product_nt(torch::ones({2, 0}), torch::ones({3, 0})).equal(torch::zeros({2, 3})));
}

TEST(DenseProductLibrary, SaysWhichShapesDisagree) {
  EXPECT_THROW((void)product_nt(torch::ones({4, 3}), torch::ones({5, 2})), c10::Error);
  EXPECT_THROW((void)product_nt(torch::ones({512, 64}), torch::ones({256, 63})), c10::Error);
}

TEST(DenseProductLibrary, NonFiniteValuesReachTheResult) {
  Tensor left = torch::ones({512, 64});
  left[3][5] = std::numeric_limits<float>::quiet_NaN();
  left[4][5] = std::numeric_limits<float>::infinity();
  const Tensor product = product_nt(left, torch::ones({256, 64}));
  EXPECT_TRUE(product[3].isnan().all().item<bool>());
  EXPECT_TRUE(product[4].isinf().all().item<bool>());
  EXPECT_TRUE(product[5].isfinite().all().item<bool>());
}

}  // namespace
}  // namespace actscope::core
