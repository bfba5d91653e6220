// SPDX-License-Identifier: Apache-2.0
#include "training/lamb.hpp"

#include <gtest/gtest.h>
#include <torch/optim/adamw.h>
#include <torch/serialize.h>
#include <torch/types.h>

#include <cmath>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

constexpr double rate = 0.1, decay = 0.05, beta1 = 0.9, beta2 = 0.999, eps = 1e-6;

Lamb make_lamb(const std::vector<Tensor>& parameters, double weight_decay) {
  return Lamb(parameters, torch::optim::AdamWOptions(rate).eps(eps).weight_decay(weight_decay));
}

// One parameter by the formulas of the paper, number by number.
struct Scalars {
  std::vector<double> w, m, v;

  explicit Scalars(std::vector<double> start)
      : w(std::move(start)), m(w.size(), 0), v(w.size(), 0) {}
  void step(const std::vector<double>& g, double divisor, int t, double weight_decay) {
    std::vector<double> change(w.size());
    double size = 0, step_size = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i] / divisor;
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] / divisor * g[i] / divisor;
      const double m_hat = m[i] / (1 - std::pow(beta1, t));
      const double v_hat = v[i] / (1 - std::pow(beta2, t));
      change[i] = m_hat / (std::sqrt(v_hat) + eps) + weight_decay * w[i];
      size += w[i] * w[i];
      step_size += change[i] * change[i];
    }
    const double trust =
        weight_decay != 0 && size > 0 && step_size > 0 ? std::sqrt(size / step_size) : 1;
    for (std::size_t i = 0; i < w.size(); ++i) w[i] -= rate * trust * change[i];
  }
};

std::vector<double> numbers(const Tensor& tensor) {
  const Tensor flat = tensor.detach().flatten();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

void expect_near(const Tensor& got, const std::vector<double>& expected) {
  const std::vector<double> values = numbers(got);
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-12);
}

TEST(Lamb, FollowsTheFormulas) {
  for (double weight_decay : {0.0, decay}) {
    for (double scale : {0.01, 10.0}) {  // below and above a gradient norm of 1
      at::manual_seed(1);
      Tensor a = torch::randn({2, 3}, torch::kFloat64).requires_grad_();
      Tensor b = torch::randn({2}, torch::kFloat64).requires_grad_();
      Scalars expected_a(numbers(a)), expected_b(numbers(b));
      Lamb lamb = make_lamb({a, b}, weight_decay);
      for (int t = 1; t <= 4; ++t) {
        a.mutable_grad() = torch::randn({2, 3}, torch::kFloat64) * scale;
        b.mutable_grad() = torch::randn({2}, torch::kFloat64) * scale;
        const double norm =
            std::sqrt((a.grad().square().sum() + b.grad().square().sum()).item<double>());
        const double divisor = std::max(1.0, norm);
        expected_a.step(numbers(a.grad()), divisor, t, weight_decay);
        expected_b.step(numbers(b.grad()), divisor, t, weight_decay);
        lamb.step();
      }
      expect_near(a, expected_a.w);
      expect_near(b, expected_b.w);
    }
  }
}

TEST(Lamb, MovesAMatrixOfZerosAndLeavesWhatHasNoGradient) {
  Tensor zeros = torch::zeros({2, 2}, torch::kFloat64).requires_grad_();
  Tensor idle = torch::ones({2, 2}, torch::kFloat64).requires_grad_();
  Lamb lamb = make_lamb({zeros, idle}, decay);
  zeros.mutable_grad() = torch::full({2, 2}, 0.25, torch::kFloat64);
  lamb.step();
  expect_near(zeros, std::vector<double>(4, -rate / (1 + eps / 0.25)));
  expect_near(idle, std::vector<double>(4, 1));
  EXPECT_THROW(lamb.step([] { return torch::zeros({}); }), Error);
}

TEST(Lamb, GoesOnFromASavedState) {
  const auto step = [](Tensor& w, Lamb& lamb, double gradient) {
    w.mutable_grad() = torch::full_like(w, gradient);
    lamb.step();
  };
  Tensor w = torch::ones({2, 2}, torch::kFloat64).requires_grad_();
  Lamb straight = make_lamb({w}, decay);
  step(w, straight, 0.1);
  std::stringstream bytes;
  torch::serialize::OutputArchive out;
  straight.save(out);
  out.save_to(bytes);
  Tensor copy = w.detach().clone().requires_grad_();
  step(w, straight, -0.3);

  Lamb resumed = make_lamb({copy}, decay);
  torch::serialize::InputArchive in;
  in.load_from(bytes);
  resumed.load(in);
  step(copy, resumed, -0.3);
  EXPECT_TRUE(torch::equal(copy, w));
}

}  // namespace
}  // namespace actscope::core
