// SPDX-License-Identifier: Apache-2.0
#include "tensors/dense_product.hpp"

#include <ATen/Version.h>
#include <ATen/native/verbose_wrapper.h>
#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <atomic>
#include <sstream>

#include "actscope/core/model/loss.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "actscope/core/scheme/presets.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

std::atomic<int> calls_of_onednn{0};
std::atomic<int> calls_with_strides{0};

bool is_contiguous(const c10::IValue& value) {
  return value.isTensor() && value.toTensor().is_contiguous();
}

std::unique_ptr<at::ObserverContext> count_call(const at::RecordFunction& function) {
  if (std::string(function.name()) != "mkldnn::_linear_pointwise") return nullptr;
  ++calls_of_onednn;
  const auto inputs = function.inputs();
  if (!is_contiguous(inputs[0]) || !is_contiguous(inputs[1])) ++calls_with_strides;
  return nullptr;
}

// How often oneDNN's operator is called while this lives.
class CallCount {
 public:
  CallCount()
      : handle_(at::addGlobalCallback(at::RecordFunctionCallback(&count_call).needsInputs(true))) {
    calls_of_onednn = calls_with_strides = 0;
  }
  ~CallCount() { at::removeCallback(handle_); }
  CallCount(const CallCount&) = delete;
  CallCount& operator=(const CallCount&) = delete;

 private:
  at::CallbackHandle handle_;
};

// This machine, as if it were not Intel's: oneDNN then multiplies wherever it may.
DenseProcessor foreign_processor() {
  DenseProcessor processor = dense_processor();
  processor.is_intel = false;
  return processor;
}

DenseProcessor without_onednn() {
  DenseProcessor processor = dense_processor();
  processor.has_onednn = false;
  return processor;
}

bool may_use_onednn() {
  return dense_processor().has_onednn && dense_processor().has_avx512;
}

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

class DenseProduct : public testing::TestWithParam<std::tuple<std::array<std::int64_t, 3>, bool>> {
 protected:
  const std::array<std::int64_t, 3> sizes_ = std::get<0>(GetParam());
  const AsDenseProcessor as_{std::get<1>(GetParam()) ? foreign_processor() : without_onednn()};
};

TEST_P(DenseProduct, IsTheExactOneUpToRoundingWhateverTheStrides) {
  const auto [rows, inner, outputs] = sizes_;
  at::manual_seed(rows + inner);
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

TEST_P(DenseProduct, OfTurnedRowsIsAddedToTheSum) {
  const auto [rows, outputs, inner] = sizes_;
  at::manual_seed(rows + inner);
  const Tensor left = torch::randn({rows, outputs}), right = torch::randn({rows, inner});
  const Tensor before = torch::randn({outputs, inner});
  Tensor sum = before.clone();
  add_product_tn(sum, left, right);
  const Tensor none = torch::zeros({inner});
  EXPECT_LE(error_in_roundings(sum - before, left.t(), right.t(), none), 1);
  Tensor wide = before.to(torch::kFloat64);
  add_product_tn(wide, left.to(torch::kFloat64), right.to(torch::kFloat64));
  EXPECT_TRUE(
      torch::allclose(wide, (before + torch::mm(left.t(), right)).to(torch::kFloat64), 1e-3, 1e-3));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, DenseProduct,
    testing::Combine(testing::Values(std::array<std::int64_t, 3>{1, 1, 1},
                                     std::array<std::int64_t, 3>{97, 53, 31},
                                     std::array<std::int64_t, 3>{512, 64, 256},
                                     std::array<std::int64_t, 3>{601, 131, 277},
                                     std::array<std::int64_t, 3>{2100, 129, 65}),
                     testing::Bool()));

TEST(DenseProductLibrary, NarrowRowsAreAddedToAWideSum) {
  at::manual_seed(1);
  const Tensor left = torch::randn({40, 5}).to(torch::kBFloat16);
  const Tensor right = torch::randn({40, 7}).to(torch::kBFloat16);
  Tensor sum = torch::ones({5, 7});
  add_product_tn(sum, left, right);
  EXPECT_EQ(sum.scalar_type(), torch::kFloat32);
  const Tensor exact = torch::mm(left.to(torch::kFloat64).t(), right.to(torch::kFloat64)) + 1;
  EXPECT_TRUE(torch::allclose(sum.to(torch::kFloat64), exact, 0.02, 0.1));
}

TEST(DenseProductLibrary, LargeFloatProductsOffIntelRunInOneDnn) {
  const Tensor left = torch::randn({2000, 64}), right = torch::randn({256, 64});
  const int expected = may_use_onednn() ? 1 : 0;
  const AsDenseProcessor as(foreign_processor());
  const CallCount count;
  (void)product_nt(left, right);
  EXPECT_EQ(calls_of_onednn, expected);
  (void)product_nt(left.narrow(0, 0, 8), right);
  (void)product_nt(left.to(torch::kFloat64), right.to(torch::kFloat64));
  EXPECT_EQ(calls_of_onednn, expected);
}

TEST(DenseProductLibrary, OnIntelAllProductsAreLibTorchs) {
  DenseProcessor intel = dense_processor();
  intel.is_intel = true;
  const AsDenseProcessor as(intel);
  const CallCount count;
  (void)product_nt(torch::randn({2000, 64}), torch::randn({256, 64}));
  EXPECT_EQ(calls_of_onednn, 0);
}

// Every way that core multiplies, by every preset: oneDNN is handed contiguous matrices.
TEST(DenseProductLibrary, OneDnnNeverSeesATransposedMatrix) {
  const AsDenseProcessor as(foreign_processor());
  const ResMlpGeometry geometry{
      .image_size = 28, .patch = 4, .in_channels = 1, .dim = 64, .depth = 1, .classes = 10};
  const Tensor images = torch::randn({48, 1, 28, 28});
  const Tensor labels = torch::randint(10, {48}, torch::kInt64);
  const CallCount count;
  for (const std::string& preset : preset_names()) {
    RunConfig config;
    config.scheme = preset;
    ResMlp model(geometry, make_scheme(config, geometry), 1, std::int64_t{64} << 20);
    smoothed_cross_entropy(model.forward(images), labels, 0).backward();
    EXPECT_EQ(calls_with_strides, 0) << preset;
  }
  (void)product_nt(torch::randn({2000, 64}), torch::randn({64, 256}).t());
  (void)product_nt(torch::randn({64, 2000}).t(), torch::randn({256, 64}));
  EXPECT_EQ(calls_with_strides, 0);
  EXPECT_EQ(calls_of_onednn > 2, may_use_onednn());
}

// oneDNN says itself which kernel it ran: never the one that no signal may interrupt, at any shape
// that the rule lets through. Another oneDNN than the known one fails here, until its rule is read.
TEST(DenseProductLibrary, OneDnnRunsBrgemmAtEveryShapeThatItGets) {
  if (!at::hasMKLDNN()) GTEST_SKIP() << "LibTorch was built without oneDNN";
  EXPECT_TRUE(dense_processor().has_onednn) << at::get_mkldnn_version();
  if (!may_use_onednn()) GTEST_SKIP() << "no AVX-512 here: oneDNN gets nothing";
  const AsDenseProcessor as(foreign_processor());
  int products = 0;
  testing::internal::CaptureStdout();
  torch::verbose::_mkldnn_set_verbose(1);
  for (const std::int64_t rows : {1, 3, 48, 97, 385, 769, 1000, 3136}) {
    for (const std::int64_t inner : {1, 8, 16, 17, 49, 64, 65, 129, 331, 384, 1024, 6272}) {
      for (const std::int64_t outputs : {1, 3, 10, 64, 213, 384, 1537, 14529}) {
        const std::int64_t multiply_adds = rows * inner * outputs;
        if (multiply_adds > (std::int64_t{1} << 25)) continue;
        if (!is_for_onednn(dense_processor(), rows, inner, outputs)) continue;
        (void)product_nt(torch::ones({rows, inner}), torch::ones({outputs, inner}));
        ++products;
      }
    }
  }
  torch::verbose::_mkldnn_set_verbose(0);
  std::istringstream lines(testing::internal::GetCapturedStdout());
  int seen = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(",exec,cpu,inner_product,") == std::string::npos) continue;
    ++seen;
    EXPECT_NE(line.find(",inner_product,brg"), std::string::npos) << line;
  }
  EXPECT_EQ(seen, products);
  EXPECT_GT(products, 20);
}

TEST(DenseProductLibrary, OfNothingIsNothing) {
  EXPECT_EQ(product_nt(torch::ones({0, 4}), torch::ones({3, 4})).sizes(),
            (std::vector<std::int64_t>{0, 3}));
  EXPECT_TRUE(product_nt(torch::ones({2, 0}), torch::ones({3, 0})).equal(torch::zeros({2, 3})));
}

TEST(DenseProductLibrary, SaysWhichShapesDisagree) {
  EXPECT_THROW((void)product_nt(torch::ones({4, 3}), torch::ones({5, 2})), c10::Error);
  const AsDenseProcessor as(foreign_processor());
  EXPECT_THROW((void)product_nt(torch::ones({2000, 64}), torch::ones({256, 63})), c10::Error);
  Tensor sum = torch::zeros({64, 256});
  EXPECT_THROW(add_product_tn(sum, torch::ones({2000, 64}), torch::ones({1999, 256})), c10::Error);
}

TEST(DenseProductLibrary, NonFiniteValuesReachTheResult) {
  const AsDenseProcessor as(foreign_processor());
  Tensor left = torch::ones({2000, 64});
  left[3][5] = std::numeric_limits<float>::quiet_NaN();
  left[4][5] = std::numeric_limits<float>::infinity();
  const Tensor product = product_nt(left, torch::ones({256, 64}));
  EXPECT_TRUE(product[3].isnan().all().item<bool>());
  EXPECT_TRUE(product[4].isinf().all().item<bool>());
  EXPECT_TRUE(product[5].isfinite().all().item<bool>());
}

}  // namespace
}  // namespace actscope::core
