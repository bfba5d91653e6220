// SPDX-License-Identifier: Apache-2.0
#include "kernels/problem.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "actscope/base/error.hpp"
#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/float16.hpp"
#include "small_problem.hpp"

namespace actscope::bench::test {
namespace {

TEST(Problem, ShapesAreThoseOfTheModel) {
  const Activations a = random_activations(8, 2);
  const Problem first = make_problem("fc1", a, 0), second = make_problem("fc2", a, 0);
  EXPECT_EQ(first.dense.outputs, hidden);
  EXPECT_EQ(first.dense.features, channels);
  EXPECT_EQ(second.dense.outputs, channels);
  EXPECT_EQ(second.dense.features, hidden);
  const Problem mixing = make_problem("token-mix", a, 0);
  EXPECT_EQ(mixing.dense.depth, 2 * channels);
  EXPECT_EQ(mixing.dense.outputs, positions);
  EXPECT_THROW(make_problem("fc3", a, 0), ConfigError);
}

TEST(Problem, TheDenseFormOfMixingIsTheSumOverImages) {
  const Problem p = make_problem("token-mix", random_activations(1, 2), 0);
  const std::vector<double> dense = expected_product(p.dense, p.dense.x);
  for (const auto& [i, j] : {std::pair{0, 0}, {3, 195}, {195, 17}}) {
    double sum = 0;
    for (std::int64_t b = 0; b < 2; ++b) {
      for (std::int64_t c = 0; c < channels; ++c) {
        const auto at = [&](std::int64_t row) {
          return static_cast<std::size_t>((b * positions + row) * channels + c);
        };
        sum += static_cast<double>(p.gradient.values()[at(i)]) * p.input.values()[at(j)];
      }
    }
    EXPECT_NEAR(dense[static_cast<std::size_t>(i * positions + j)], sum, 1e-9);
  }
}

TEST(Prune, KeepsTheAskedShareAndMarksIt) {
  const Problem p = make_problem("fc1", random_activations(64), 0);
  const PrunedInput pruned = prune(p, {.block_rows = 8, .block_cols = 8, .sparsity_ratio = 0.75});
  double kept = 0, all_square = 0, kept_square = 0;
  for (std::size_t i = 0; i < p.input.values().size(); ++i) {
    EXPECT_EQ(pruned.x[i], pruned.mask[i] * p.input.values()[i]);
    kept += pruned.mask[i];
    all_square += std::pow(p.input.values()[i], 2);
    kept_square += std::pow(pruned.x[i], 2);
  }
  EXPECT_EQ(kept, 0.25 * static_cast<double>(p.input.size()));
  EXPECT_NEAR(pruned.kept_norm_ratio, std::sqrt(kept_square / all_square), 1e-12);
}

TEST(Problem, NarrowTypesHoldTheSameNumbersTwice) {
  const std::vector<float> whole = random_activations(1, 2).y;
  const auto expect_rounded = [&]<class Narrow>(const ElementType& type, Narrow) {
    const Problem p = make_problem("token-mix", random_activations(1, 2), 0, type);
    const auto* narrow = static_cast<const Narrow*>(p.input.data());
    ASSERT_EQ(p.input.size(), static_cast<std::int64_t>(whole.size()));
    for (std::size_t i = 0; i < whole.size(); ++i) {
      ASSERT_EQ(static_cast<float>(narrow[i]), p.input.values()[i]);
      ASSERT_EQ(static_cast<float>(Narrow(whole[i])), p.input.values()[i]);
    }
  };
  expect_rounded(bf16, kernels::bfloat16());
  expect_rounded(fp16, kernels::float16());
}

TEST(ElementType, RivalsMayBeOffByWhatTheirTypeRounds) {
  DenseProduct product;
  product.depth = 3136;
  const auto allowed = [&](const ElementType& type) {
    product.type = type;
    return allowed_error_of_rivals(product);
  };
  EXPECT_EQ(allowed(fp32), allowed_error(3136));
  EXPECT_LT(allowed(fp32), allowed(fp16));
  EXPECT_LT(allowed(fp16), allowed(tf32));
  EXPECT_LT(allowed(tf32), allowed(bf16));
  product.type = fp16;
  EXPECT_EQ(allowed_error_of_ours(product), allowed_error(3136)) << "sums and result are f32";
}

TEST(RelativeError, SeesOneWrongNumberAndNonFiniteOnes) {
  const std::vector<double> truth = {3, 4};
  EXPECT_EQ(relative_error({3, 4}, truth), 0);
  EXPECT_EQ(relative_error({3, 9}, truth), 1);
  EXPECT_EQ(relative_error({3, std::numeric_limits<float>::quiet_NaN()}, truth),
            std::numeric_limits<double>::infinity());
  EXPECT_LT(allowed_error(3136), 1e-4);
}

}  // namespace
}  // namespace actscope::bench::test
