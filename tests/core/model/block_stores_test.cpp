// SPDX-License-Identifier: Apache-2.0
// Every store and every way of selecting, in one block, against the dense formulas on what the
// stores decode to.
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "block_oracle.hpp"

namespace actscope {
namespace {

using core::BlockPlan;
using core::Slot;
using torch::Tensor;

constexpr std::int64_t roomy = std::int64_t{64} << 20;
constexpr std::uint64_t block_seed = 99;

struct Problem {
  Tensor x, g;
  core::BlockParameters p;
};

Problem make_problem(std::int64_t batch, std::int64_t tokens, std::int64_t dim,
                     torch::ScalarType type = torch::kFloat64) {
  at::manual_seed(11);
  const std::int64_t hidden = 4 * dim;
  const auto normal = [&](torch::IntArrayRef sizes, double scale, double mean = 0) {
    return (torch::randn(sizes, torch::kFloat64) * scale + mean).to(type);
  };
  core::BlockParameters p{
      normal({dim}, 0.3, 1),      normal({dim}, 0.3),         normal({tokens, tokens}, 0.3),
      normal({tokens}, 0.3),      normal({dim}, 0.5),         normal({dim}, 0.3, 1),
      normal({dim}, 0.3),         normal({hidden, dim}, 0.3), normal({hidden}, 0.3),
      normal({dim, hidden}, 0.3), normal({dim}, 0.3),         normal({dim}, 0.5)};
  return {normal({batch, tokens, dim}, 1), normal({batch, tokens, dim}, 1), p};
}

BlockPlan plan_of(const std::string& scheme, std::vector<std::string> slots,
                  std::vector<std::string> operands = {}) {
  RunConfig config;
  config.scheme = scheme;
  config.block_rows = config.block_cols = 4;
  config.sparsity_ratio = 0.6;
  config.slot_overrides = std::move(slots);
  config.operand_overrides = std::move(operands);
  const core::ResMlpGeometry geometry{.image_size = 64, .patch = 4, .dim = 64, .depth = 1};
  return core::make_scheme(config, geometry).blocks.front();
}

test::Gradients gradients_of(const Problem& problem, const BlockPlan& plan,
                             std::int64_t workspace_bytes = roomy,
                             std::uint64_t seed = block_seed) {
  std::vector<Tensor> inputs{problem.x};
  for (const Tensor& parameter : test::as_list(problem.p)) inputs.push_back(parameter);
  for (Tensor& input : inputs) input = input.detach().requires_grad_();
  const core::BlockParameters own{inputs[1], inputs[2],  inputs[3],  inputs[4],
                                  inputs[5], inputs[6],  inputs[7],  inputs[8],
                                  inputs[9], inputs[10], inputs[11], inputs[12]};
  const Tensor out =
      core::resmlp_block(inputs[0], own, {"blocks.0", plan, workspace_bytes, nullptr, seed});
  const auto list = torch::autograd::grad({out}, inputs, {problem.g});
  test::Gradients gradients;
  std::ranges::copy(list, gradients.begin());
  return gradients;
}

void expect_close(const test::Gradients& got, const test::Gradients& expected, double tolerance) {
  for (std::size_t i = 0; i < test::gradient_count; ++i) {
    const double error = (got[i] - expected[i]).norm().item<double>();
    EXPECT_LE(error, tolerance * std::max(expected[i].norm().item<double>(), 1e-30))
        << "gradient " << i;
  }
}

bool are_equal(const test::Gradients& a, const test::Gradients& b) {
  for (std::size_t i = 0; i < test::gradient_count; ++i) {
    if (!torch::equal(a[i], b[i])) return false;
  }
  return true;
}

// Each store in turn at x, x1 and h; at y, z and u; and at t and v.
std::vector<std::vector<std::string>> places_of(const std::string& store) {
  return {{"*.x=" + store, "*.x1=" + store, "*.h=" + store},
          {"*.y=" + store, "*.z=" + store, "*.u=" + store},
          {"*.t=" + store, "*.v=" + store}};
}

const std::vector<std::string> stores{"int8:stochastic",
                                      "int4:stochastic",
                                      "int2",
                                      "int2:nearest",
                                      "bf16",
                                      "fp8",
                                      "topk:0.7",
                                      "pool:2",
                                      "pool:3",
                                      "bsr:4:0.6:panel:bf16",
                                      "bsr:4:0.6:panel:int8",
                                      "bsr:4x8:0.6:row:int4",
                                      "bsr:4:0.6:global",
                                      "bsr:4:0.6:global:int8",
                                      "bsr:8:0.5:column",
                                      "bsr:4:0.5:column:bf16",
                                      "bsr:4:0.6:random",
                                      "bsr:4:0.6:random:unbiased",
                                      "bsr:4:0.6:threshold",
                                      "bsr:4:0.6:threshold:int4",
                                      "bsr:4:0.6:unbiased",
                                      "bsr:4:0.6:row:unbiased",
                                      "bsr:4:0.6:global:unbiased",
                                      "bsr+int2:4:0.6",
                                      "bsr+int2:4:0.6:global",
                                      "bsr+int2:4:0.6:row:bf16"};

const std::vector<std::string> operands{"bsr:4:0.6:row",
                                        "bsr:4:0.6:column",
                                        "bsr:4:0.6:global",
                                        "bsr:4:0.6:random",
                                        "bsr:4:0.6:threshold",
                                        "bsr:4:0.6:unbiased",
                                        "bsr:4:0.6:global:unbiased",
                                        "bsr:8:0.6:random:unbiased"};

class BlockStore : public testing::TestWithParam<std::string> {};

TEST_P(BlockStore, GivesTheGradientsOfWhatItDecodesTo) {
  for (const auto& [batch, tokens, dim] : {std::tuple{3, 9, 12}, std::tuple{5, 49, 8}}) {
    const Problem problem = make_problem(batch, tokens, dim);
    for (const auto& slots : places_of(GetParam())) {
      SCOPED_TRACE(slots[0] + ", tokens " + std::to_string(tokens));
      const BlockPlan plan = plan_of("exact", slots);
      expect_close(gradients_of(problem, plan),
                   test::plan_gradients(plan, problem.x, problem.p, problem.g, block_seed), 1e-10);
    }
  }
}

TEST_P(BlockStore, DependsOnNeitherWorkspaceNorThreads) {
  const Problem problem = make_problem(5, 49, 8);
  for (const auto& slots : places_of(GetParam())) {
    SCOPED_TRACE(slots[0]);
    const BlockPlan plan = plan_of("exact", slots);
    at::set_num_threads(1);
    const auto expected = gradients_of(problem, plan);
    for (std::int64_t workspace_bytes : {std::int64_t{0}, std::int64_t{1} << 15}) {
      expect_close(gradients_of(problem, plan, workspace_bytes), expected, 1e-11);
    }
    at::set_num_threads(2);
    expect_close(gradients_of(problem, plan, 1 << 15), expected, 1e-11);
    at::set_num_threads(1);
  }
}

INSTANTIATE_TEST_SUITE_P(All, BlockStore, testing::ValuesIn(stores), [](const auto& store) {
  std::string name = store.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
});

class BlockOperand : public testing::TestWithParam<std::string> {};

TEST_P(BlockOperand, GivesTheGradientsOfTheBlocksItChooses) {
  const std::string& operand = GetParam();
  const std::vector<std::string> everywhere{"*.dA=" + operand, "*.dW1=" + operand,
                                            "*.dW2=" + operand};
  const Problem problem = make_problem(5, 49, 12);
  for (const char* scheme : {"exact", "int4", "checkpoint"}) {
    SCOPED_TRACE(scheme);
    const BlockPlan plan = plan_of(scheme, {}, everywhere);
    const auto whole = gradients_of(problem, plan);
    expect_close(whole, test::plan_gradients(plan, problem.x, problem.p, problem.g, block_seed),
                 1e-10);
    expect_close(gradients_of(problem, plan, 1 << 15), whole, 1e-11);
  }
  // From codes, of which only the chosen blocks are decoded.
  const BlockPlan coded = plan_of("exact", {"*.y=int8", "*.z=int2", "*.u=int4"}, everywhere);
  expect_close(gradients_of(problem, coded),
               test::plan_gradients(coded, problem.x, problem.p, problem.g, block_seed), 1e-10);
  expect_close(gradients_of(problem, coded, 0), gradients_of(problem, coded), 1e-11);
}

INSTANTIATE_TEST_SUITE_P(All, BlockOperand, testing::ValuesIn(operands), [](const auto& operand) {
  std::string name = operand.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
});

TEST(SavedBlock, ADerivativeCodeStandsForTheSlopeOfH) {
  for (const char* code : {"code4", "code2"}) {
    for (const char* u : {"keep", "int4", "bsr:4:0.6"}) {
      SCOPED_TRACE(std::string(code) + " with u " + u);
      const Problem problem = make_problem(5, 49, 6);  // 24 hidden: rows of codes end in a byte
      const BlockPlan plan =
          plan_of("exact", {std::string("*.u=") + u, std::string("*.h=") + code});
      const auto got = gradients_of(problem, plan);
      expect_close(got, test::plan_gradients(plan, problem.x, problem.p, problem.g, block_seed),
                   1e-10);
      expect_close(gradients_of(problem, plan, 0), got, 1e-11);
    }
  }
}

TEST(SavedBlock, DrawsFollowTheSeedAlone) {
  const Problem problem = make_problem(3, 9, 12, torch::kFloat32);
  for (const char* store :
       {"int2", "int8:stochastic", "bsr:4:0.6:random", "bsr:4:0.6:unbiased", "bsr+int2:4:0.6"}) {
    const BlockPlan plan = plan_of("exact", places_of(store)[0]);
    const auto first = gradients_of(problem, plan, roomy, 1);
    EXPECT_TRUE(are_equal(first, gradients_of(problem, plan, roomy, 1))) << store;
    EXPECT_FALSE(are_equal(first, gradients_of(problem, plan, roomy, 2))) << store;
  }
  EXPECT_NE(core::draw_seed(1, Slot::x), core::draw_seed(1, Slot::x1));
  EXPECT_NE(core::draw_seed(1, core::Product::dA), core::draw_seed(1, Slot::x));
}

// The mean gradient over draws is that of the exact run: a product is linear in its operand.
TEST(SavedBlock, UnbiasedOperandsAreRightOnAverage) {
  const Problem problem = make_problem(2, 9, 8);
  const auto exact = test::autograd_gradients(problem.x, problem.p, problem.g);
  const auto error_of = [&](const std::string& operand) {
    const BlockPlan plan =
        plan_of("exact", {}, {"*.dA=" + operand, "*.dW1=" + operand, "*.dW2=" + operand});
    constexpr std::uint64_t draws = 300;
    std::array<Tensor, 3> sums;
    for (std::uint64_t draw = 0; draw < draws; ++draw) {
      const auto got = gradients_of(problem, plan, roomy, draw);
      for (std::size_t i = 0; i < 3; ++i) {
        const Tensor& gradient = got[std::array{3, 8, 10}[i]];
        sums[i] = draw == 0 ? gradient.clone() : sums[i].add_(gradient);
      }
    }
    double worst = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const Tensor& right = exact[std::array{3, 8, 10}[i]];
      worst = std::max(
          worst,
          ((sums[i] / static_cast<double>(draws) - right).norm() / right.norm()).item<double>());
    }
    return worst;
  };
  EXPECT_LT(error_of("bsr:4:0.5:unbiased"), 0.12);
  EXPECT_GT(error_of("bsr:4:0.5:random"), 0.3);
}

// What is carried from step to step decides how many blocks the next step keeps.
TEST(SavedBlock, AThresholdIsCarriedToTheNextStep) {
  const Problem problem = make_problem(3, 9, 12);
  const BlockPlan plan = plan_of("exact", {"*.x1=bsr:4:0.6:threshold"});
  const Tensor thresholds = torch::zeros({core::draw_count}, torch::kFloat64);
  const Tensor x = problem.x.clone().requires_grad_();
  (void)core::resmlp_block(x, problem.p, {"blocks.0", plan, roomy, nullptr, 1, thresholds});
  const auto place = static_cast<std::int64_t>(Slot::x1);
  const double carried = thresholds[place].item<double>();
  EXPECT_GT(carried, 0);
  EXPECT_EQ((thresholds != 0).sum().item<std::int64_t>(), 1);
  thresholds[place] = 1e30;  // no block reaches it: one is kept
  const Tensor out =
      core::resmlp_block(x, problem.p, {"blocks.0", plan, roomy, nullptr, 1, thresholds});
  EXPECT_DOUBLE_EQ(thresholds[place].item<double>(), carried);
  EXPECT_TRUE(torch::autograd::grad({out}, {x}, {problem.g}).front().isfinite().all().item<bool>());
}

TEST(SavedBlock, NormsAreThoseOfWhatIsKept) {
  const Problem problem = make_problem(5, 49, 12);
  const auto exact = test::exact_slots(problem.x, problem.p);
  const BlockPlan plan =
      plan_of("exact",
              {"*.y=bsr:4:0.6", "*.t=topk:0.7", "*.z=bsr:4:0.6:unbiased", "*.v=pool:2", "*.x=int8"},
              {"*.dW2=bsr:4:0.6:unbiased"});
  for (std::int64_t workspace_bytes : {roomy, std::int64_t{0}}) {
    core::SlotNorms norms{};
    core::BlockContext context{"blocks.0", plan, workspace_bytes, nullptr, block_seed};
    context.norms = &norms;
    (void)core::resmlp_block(problem.x.clone().requires_grad_(), problem.p, context);
    const auto ratio = [&](Slot slot) { return norms[static_cast<std::size_t>(slot)].ratio(); };
    const auto expected = [&](Slot slot, const Tensor& kept) {
      const Tensor& all = exact[static_cast<std::size_t>(slot)];
      return (kept.norm() / all.norm()).item<double>();
    };
    const auto masked = [&](Slot slot, const char* store, std::uint64_t seed) {
      const Tensor& all = exact[static_cast<std::size_t>(slot)];
      const auto factors = test::block_factors(slot, all, core::parse_store(store).blocks, seed);
      return expected(slot, all * (factors != 0));
    };
    EXPECT_NEAR(*ratio(Slot::y), masked(Slot::y, "bsr:4:0.6", 0), 1e-9);
    EXPECT_NEAR(*ratio(Slot::z),
                masked(Slot::z, "bsr:4:0.6:unbiased", core::draw_seed(block_seed, Slot::z)), 1e-9);
    EXPECT_NEAR(
        *ratio(Slot::u),
        masked(Slot::u, "bsr:4:0.6:unbiased", core::draw_seed(block_seed, core::Product::dW2)),
        1e-9);
    EXPECT_NEAR(*ratio(Slot::t), expected(Slot::t, test::after_topk(exact[2], 0.7)), 1e-9);
    EXPECT_NEAR(*ratio(Slot::v), expected(Slot::v, test::after_pool(exact[7], 2)), 1e-9);
    EXPECT_FALSE(ratio(Slot::x).has_value());
    EXPECT_FALSE(ratio(Slot::h).has_value());
  }
}

TEST(SavedBlock, PoolRefusesTokensThatFormNoSquare) {
  const Problem problem = make_problem(2, 8, 8);
  const Tensor x = problem.x.clone().requires_grad_();
  EXPECT_THROW(
      (void)core::resmlp_block(x, problem.p, {"blocks.0", plan_of("pool", {}), roomy, nullptr}),
      ConfigError);
}

}  // namespace
}  // namespace actscope
