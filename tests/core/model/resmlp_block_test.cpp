// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/model/resmlp_block.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "block_oracle.hpp"

namespace actscope {
namespace {

using core::BlockParameters;
using core::BlockPlan;
using core::OperandKind;
using core::Product;
using core::Slot;
using core::StoreKind;
using torch::Tensor;

// These tensors are small: threads would only wait for each other, and badly so on a busy machine.
const bool has_one_thread = [] {
  at::set_num_threads(1);
  return true;
}();

constexpr std::int64_t roomy = std::int64_t{64} << 20;
constexpr double exact_tolerance = 1e-10;  // float64, sums of at most some thousand terms

struct Sizes {
  std::int64_t batch, tokens, dim, hidden;
};

struct Problem {
  Tensor x, g;
  BlockParameters p;
};

Problem make_problem(const Sizes& s, torch::ScalarType type = torch::kFloat64) {
  at::manual_seed(7);
  const auto normal = [&](torch::IntArrayRef sizes, double scale, double mean = 0) {
    return (torch::randn(sizes, torch::kFloat64) * scale + mean).to(type);
  };
  BlockParameters p{normal({s.dim}, 0.3, 1),
                    normal({s.dim}, 0.3),
                    normal({s.tokens, s.tokens}, 0.4),
                    normal({s.tokens}, 0.4),
                    normal({s.dim}, 0.5),
                    normal({s.dim}, 0.3, 1),
                    normal({s.dim}, 0.3),
                    normal({s.hidden, s.dim}, 0.3),
                    normal({s.hidden}, 0.3),
                    normal({s.dim, s.hidden}, 0.3),
                    normal({s.dim}, 0.3),
                    normal({s.dim}, 0.5)};
  return {normal({s.batch, s.tokens, s.dim}, 1), normal({s.batch, s.tokens, s.dim}, 1), p};
}

BlockPlan plan_of(const std::string& scheme, std::int64_t block = 4, double sparsity = 0.6,
                  std::vector<std::string> slots = {}, std::vector<std::string> operands = {}) {
  RunConfig config;
  config.scheme = scheme;
  config.block_rows = config.block_cols = block;
  config.sparsity_ratio = sparsity;
  config.slot_overrides = std::move(slots);
  config.operand_overrides = std::move(operands);
  core::ResMlpGeometry roomy_geometry{.image_size = 64, .patch = 4, .dim = 64, .depth = 1};
  return core::make_scheme(config, roomy_geometry).blocks.front();
}

// The gradients of the last of `walks` walks over the graph.
test::Gradients block_gradients(const Problem& problem, const BlockPlan& plan,
                                std::int64_t workspace_bytes = roomy, int walks = 1,
                                std::uint64_t seed = 0) {
  std::vector<Tensor> inputs{problem.x};
  for (const Tensor& parameter : test::as_list(problem.p)) inputs.push_back(parameter);
  for (Tensor& input : inputs) input = input.detach().requires_grad_();
  const BlockParameters own{inputs[1], inputs[2], inputs[3], inputs[4],  inputs[5],  inputs[6],
                            inputs[7], inputs[8], inputs[9], inputs[10], inputs[11], inputs[12]};
  const Tensor out =
      core::resmlp_block(inputs[0], own, {"blocks.0", plan, workspace_bytes, nullptr, seed});
  for (int walk = 1; walk < walks; ++walk) {
    torch::autograd::grad({out}, inputs, {problem.g}, /*retain_graph=*/true);
  }
  const auto list = torch::autograd::grad({out}, inputs, {problem.g});
  test::Gradients gradients;
  std::ranges::copy(list, gradients.begin());
  return gradients;
}

constexpr const char* gradient_names[] = {
    "x",     "alpha1",     "beta1",    "token_weight", "token_bias", "gamma1", "alpha2",
    "beta2", "fc1_weight", "fc1_bias", "fc2_weight",   "fc2_bias",   "gamma2"};

void expect_same(const test::Gradients& got, const test::Gradients& expected, double tolerance) {
  for (std::size_t i = 0; i < test::gradient_count; ++i) {
    ASSERT_EQ(got[i].sizes(), expected[i].sizes()) << gradient_names[i];
    const double error = (got[i] - expected[i]).norm().item<double>();
    const double size = expected[i].norm().item<double>();
    EXPECT_LE(error, tolerance * std::max(size, 1e-30)) << gradient_names[i];
  }
}

double difference(const Tensor& a, const Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

// The presets that can keep a block of so many tokens: pool wants a square.
std::vector<std::string> presets_for(std::int64_t tokens) {
  std::vector<std::string> names = core::preset_names();
  const auto side = std::llround(std::sqrt(static_cast<double>(tokens)));
  if (side * side != tokens) std::erase(names, "pool");
  return names;
}

const Sizes shapes[] = {{1, 1, 4, 4}, {1, 4, 4, 8}, {3, 9, 12, 48}, {2, 49, 16, 32}};

TEST(ResMlpBlock, ForwardIsExactForEveryPreset) {
  const Problem problem = make_problem({3, 9, 12, 48});
  const Tensor expected = test::block_output(test::exact_slots(problem.x, problem.p), problem.p);
  for (const std::string& name : core::preset_names()) {
    SCOPED_TRACE(name);
    const Tensor out =
        core::resmlp_block(problem.x, problem.p, {"blocks.0", plan_of(name), roomy, nullptr});
    EXPECT_LE(difference(out, expected), 1e-13);
  }
}

TEST(ResMlpBlock, PlainAutogradGivesTheFormula) {
  const Problem problem = make_problem({3, 9, 12, 48});
  expect_same(block_gradients(problem, plan_of("dense")),
              test::autograd_gradients(problem.x, problem.p, problem.g), exact_tolerance);
}

TEST(ResMlpBlock, ExactSchemesGiveAutogradsGradients) {
  for (const Sizes& sizes : shapes) {
    const Problem problem = make_problem(sizes);
    const auto expected = test::autograd_gradients(problem.x, problem.p, problem.g);
    for (const char* name : {"exact", "checkpoint"}) {
      SCOPED_TRACE(std::string(name) + " with " + std::to_string(sizes.tokens) + " tokens");
      expect_same(block_gradients(problem, plan_of(name)), expected, exact_tolerance);
    }
  }
}

TEST(ResMlpBlock, NothingPrunedGivesAutogradsGradients) {
  const Problem problem = make_problem({2, 49, 12, 48});
  const auto expected = test::autograd_gradients(problem.x, problem.p, problem.g);
  for (const char* name : {"linear-bsr", "exact-bsr"}) {
    for (std::int64_t block : {1, 4, 8}) {
      SCOPED_TRACE(std::string(name) + ", block " + std::to_string(block));
      expect_same(block_gradients(problem, plan_of(name, block, 0)), expected, exact_tolerance);
    }
  }
  const BlockPlan operands =
      plan_of("checkpoint", 8, 0, {}, {"*.dA=bsr:8:0", "*.dW1=bsr:8:0", "*.dW2=bsr:8:0"});
  expect_same(block_gradients(problem, operands), expected, exact_tolerance);
}

TEST(ResMlpBlock, EveryChoiceOfKeptAndDroppedSlotsGivesAutogradsGradients) {
  const Problem problem = make_problem({3, 9, 12, 48});
  const auto expected = test::autograd_gradients(problem.x, problem.p, problem.g);
  for (unsigned choice = 0; choice < 1U << (core::slot_count - 1); ++choice) {
    SCOPED_TRACE("slots kept: " + std::to_string(choice));
    BlockPlan plan;
    for (std::size_t slot = 1; slot < core::slot_count; ++slot) {
      const bool is_kept = (choice >> (slot - 1) & 1U) != 0;
      plan.stores[slot].kind = is_kept ? StoreKind::keep : StoreKind::drop;
    }
    expect_same(block_gradients(problem, plan), expected, exact_tolerance);
  }
}

struct Lossy {
  std::string name;
  BlockPlan plan;
};

std::vector<Lossy> lossy_plans(std::int64_t block) {
  const std::string bsr = "bsr:" + std::to_string(block) + ":0.6";
  std::vector<Lossy> plans;
  for (const char* name : {"linear-bsr", "exact-bsr", "int8", "int4", "int2", "int4-bsr",
                           "int2-bsr", "checkpoint-int4", "topk", "pool"}) {
    plans.push_back({name, plan_of(name, block)});
  }
  plans.push_back(
      {"int4 with every operand pruned",
       plan_of("int4", block, 0.6, {}, {"*.dA=" + bsr, "*.dW1=" + bsr, "*.dW2=" + bsr})});
  plans.push_back(
      {"recomputed and pruned",
       plan_of("checkpoint", block, 0.6, {}, {"*.dA=" + bsr, "*.dW1=" + bsr, "*.dW2=" + bsr})});
  plans.push_back(
      {"codes of x, the rest recomputed", plan_of("checkpoint", block, 0.6, {"blocks.*.x=int4"})});
  plans.push_back({"products of kept tensors, pruned",
                   plan_of("linear-bsr", block, 0.6, {"*.y=keep", "*.z=int8", "*.u=int4"},
                           {"*.dA=" + bsr, "*.dW1=" + bsr, "*.dW2=" + bsr})});
  plans.push_back({"products that read codes",
                   plan_of("exact", block, 0.6, {"*.y=int8", "*.t=int8", "*.z=int4", "*.u=int8"},
                           {"*.dA=" + bsr, "*.dW1=" + bsr, "*.dW2=" + bsr})});
  plans.push_back({"codes read by products and by what recomputes h",
                   plan_of("exact", block, 0.6, {"*.y=int4", "*.z=int8", "*.h=drop", "*.u=int4"},
                           {"*.dA=" + bsr, "*.dW1=" + bsr, "*.dW2=" + bsr})});
  plans.push_back(
      {"everything narrow",
       plan_of("exact", block, 0.6, {"*.t=int8", "*.z=int4", "*.u=int8", "*.v=int4", "*.h=int8"})});
  plans.push_back({"everything pruned", plan_of("exact", block, 0.6,
                                                {"*.x=" + bsr, "*.t=" + bsr, "*.x1=" + bsr,
                                                 "*.h=" + bsr, "*.v=" + bsr})});
  plans.push_back(
      {"h from a pruned x1", plan_of("exact", block, 0.6, {"*.x1=" + bsr, "*.h=drop"})});
  return plans;
}

TEST(ResMlpBlock, LossyPlansGiveTheGradientsOfTheDecompressedSlots) {
  for (const Sizes& sizes : {Sizes{3, 9, 12, 48}, Sizes{5, 49, 12, 48}, Sizes{4, 64, 16, 64}}) {
    const Problem problem = make_problem(sizes);
    for (std::int64_t block : {4, 8}) {
      for (const auto& [name, plan] : lossy_plans(block)) {
        SCOPED_TRACE(name + ", block " + std::to_string(block) + ", tokens " +
                     std::to_string(sizes.tokens));
        expect_same(block_gradients(problem, plan),
                    test::plan_gradients(plan, problem.x, problem.p, problem.g), exact_tolerance);
      }
    }
  }
}

TEST(ResMlpBlock, PruningAndCodesChangeWhatTheyShould) {
  const Problem problem = make_problem({4, 49, 16, 64});
  const auto exact = test::autograd_gradients(problem.x, problem.p, problem.g);
  const auto pruned = block_gradients(problem, plan_of("int4-bsr", 8, 0.8));
  EXPECT_GT(difference(pruned[8], exact[8]), 0.05);    // fc1_weight sees a fifth of the blocks
  EXPECT_GT(difference(pruned[10], exact[10]), 0.05);  // fc2_weight too
  EXPECT_LT(difference(pruned[3], exact[3]), 0.2);     // token_weight sees codes only
  for (std::size_t bias : {2U, 4U, 7U, 9U}) {
    // β and bias gradients need no slot but h's slope.
    EXPECT_LT(difference(pruned[bias], exact[bias]), 0.2) << gradient_names[bias];
  }
  EXPECT_LE(difference(pruned[11], exact[11]), exact_tolerance);  // fc2_bias needs no slot at all
  const auto fine = block_gradients(problem, plan_of("int8"));
  const auto coarse = block_gradients(problem, plan_of("int4"));
  EXPECT_LT(difference(fine[8], exact[8]), 0.02);
  EXPECT_LT(difference(fine[8], exact[8]), difference(coarse[8], exact[8]));
}

TEST(ResMlpBlock, ResultsDoNotDependOnTheWorkspace) {
  // 130 tokens leave a last panel of 2 rows, fewer than a block has; 5·49 = 245 cuts images.
  for (const Sizes& sizes : {Sizes{5, 26, 12, 24}, Sizes{5, 49, 8, 32}, Sizes{40, 16, 8, 16}}) {
    const Problem problem = make_problem(sizes);
    for (const std::string& name : presets_for(sizes.tokens)) {
      const auto expected = block_gradients(problem, plan_of(name, 8));
      for (std::int64_t workspace_bytes :
           {std::int64_t{0}, std::int64_t{1} << 15, std::int64_t{1} << 17}) {
        SCOPED_TRACE(name + ", workspace " + std::to_string(workspace_bytes));
        expect_same(block_gradients(problem, plan_of(name, 8), workspace_bytes), expected, 1e-12);
      }
    }
    const BlockPlan mixed = plan_of("int4", 8, 0.6, {"*.t=int8", "*.v=bsr:8:0.5"},
                                    {"*.dA=bsr:8:0.6", "*.dW1=bsr:8:0.6", "*.dW2=bsr:4:0.6"});
    expect_same(block_gradients(problem, mixed, 0), block_gradients(problem, mixed), 1e-12);
    // x1 is rebuilt from images and rows that cut code groups and panels.
    const BlockPlan rebuilt = plan_of("checkpoint", 8, 0.6, {"*.x=int4", "*.t=bsr:8:0.5"});
    expect_same(block_gradients(problem, rebuilt, 0), block_gradients(problem, rebuilt), 1e-12);
  }
}

TEST(ResMlpBlock, EqualWorkspaceGivesEqualBits) {
  at::set_num_threads(2);
  const Problem problem = make_problem({5, 49, 16, 64}, torch::kFloat32);
  for (const std::string& name : core::preset_names()) {
    const auto first = block_gradients(problem, plan_of(name, 8), 1 << 16);
    const auto second = block_gradients(problem, plan_of(name, 8), 1 << 16);
    for (std::size_t i = 0; i < test::gradient_count; ++i) {
      EXPECT_TRUE(torch::equal(first[i], second[i])) << name << ", " << gradient_names[i];
    }
  }
  at::set_num_threads(1);
}

// What a first walk leaves is what a second one reads.
TEST(ResMlpBlock, ARetainedGraphGivesTheSameGradientsAgain) {
  const Problem problem = make_problem({5, 49, 16, 64});
  for (const std::string& name : core::preset_names()) {
    const auto once = block_gradients(problem, plan_of(name, 8));
    const auto again = block_gradients(problem, plan_of(name, 8), roomy, 2);
    for (std::size_t i = 0; i < test::gradient_count; ++i) {
      EXPECT_TRUE(torch::equal(once[i], again[i])) << name << ", " << gradient_names[i];
    }
  }
}

TEST(ResMlpBlock, Float32FollowsFloat64) {
  const Problem wide = make_problem({5, 49, 16, 64});
  const Problem narrow = make_problem({5, 49, 16, 64}, torch::kFloat32);
  for (const char* name : {"exact", "exact-bsr", "linear-bsr", "checkpoint"}) {
    const auto expected = block_gradients(wide, plan_of(name, 8));
    const auto got = block_gradients(narrow, plan_of(name, 8));
    for (std::size_t i = 0; i < test::gradient_count; ++i) {
      EXPECT_EQ(got[i].scalar_type(), torch::kFloat32);
      EXPECT_LE(difference(got[i].to(torch::kFloat64), expected[i]), 2e-5)
          << name << ", " << gradient_names[i];
    }
  }
}

TEST(ResMlpBlock, NonFiniteInputReachesTheGradientsAsInPlainAutograd) {
  for (double poison : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Problem problem = make_problem({4, 49, 16, 64});
    problem.x[2][17][5] = poison;
    const auto plain = test::autograd_gradients(problem.x, problem.p, problem.g);
    for (const std::string& name : core::preset_names()) {
      const auto got = block_gradients(problem, plan_of(name, 8, 0.9));
      for (std::size_t i = 0; i < test::gradient_count; ++i) {
        if (torch::isfinite(plain[i]).all().item<bool>()) continue;
        EXPECT_FALSE(torch::isfinite(got[i]).all().item<bool>())
            << name << ", " << gradient_names[i] << ", " << poison;
      }
    }
  }
}

TEST(ResMlpBlock, OnlyAskedGradientsAreGiven) {
  const Problem problem = make_problem({3, 9, 12, 48});
  const auto all = block_gradients(problem, plan_of("int4-bsr"));
  BlockParameters p = problem.p;
  p.fc1_weight = p.fc1_weight.detach().clone().requires_grad_();
  p.gamma1 = p.gamma1.detach().clone().requires_grad_();
  const Tensor out =
      core::resmlp_block(problem.x, p, {"blocks.0", plan_of("int4-bsr"), roomy, nullptr});
  out.backward(problem.g);
  EXPECT_LE(difference(p.fc1_weight.grad(), all[8]), 1e-13);
  EXPECT_LE(difference(p.gamma1.grad(), all[5]), 1e-13);
  EXPECT_FALSE(problem.x.grad().defined());
  EXPECT_FALSE(p.fc2_weight.grad().defined());
}

TEST(ResMlpBlock, WithoutGradientsNothingIsKept) {
  const Problem problem = make_problem({3, 9, 12, 48});
  BlockParameters p = problem.p;
  p.fc1_weight = p.fc1_weight.detach().clone().requires_grad_();
  const at::NoGradGuard no_grad;
  for (const std::string& name : core::preset_names()) {
    tracer::StoreLedger ledger;
    const Tensor out =
        core::resmlp_block(problem.x, p, {"blocks.0", plan_of(name), roomy, &ledger});
    EXPECT_FALSE(out.requires_grad()) << name;
    EXPECT_TRUE(name == "dense" || ledger.total_bytes() == 0) << name;
  }
}

TEST(ResMlpBlock, AKeptInputIsNotCopied) {
  const Problem problem = make_problem({3, 9, 12, 48});
  BlockParameters p = problem.p;
  p.fc1_weight = p.fc1_weight.detach().clone().requires_grad_();
  for (const char* name : {"dense", "linear-bsr", "exact", "checkpoint"}) {
    tracer::StoreLedger ledger;
    ledger.exclude(problem.x.storage().unsafeGetStorageImpl());
    const Tensor out =
        core::resmlp_block(problem.x, p, {"blocks.0", plan_of(name), roomy, &ledger});
    for (const tracer::SlotBytes& slot : ledger.slots()) EXPECT_NE(slot.slot, "x") << name;
  }
}

TEST(ResMlpBlock, ARetainedGraphIsWalkedTwiceAndAReleasedOneIsNot) {
  const Problem problem = make_problem({3, 9, 12, 48});
  for (const std::string& name : core::preset_names()) {
    const Tensor x = problem.x.clone().requires_grad_();
    const Tensor out =
        core::resmlp_block(x, problem.p, {"blocks.0", plan_of(name), roomy, nullptr});
    const auto walk = [&](bool retain) {
      return torch::autograd::grad({out}, {x}, {problem.g}, retain).front();
    };
    const Tensor first = walk(true);
    EXPECT_TRUE(torch::equal(walk(false), first)) << name;
    EXPECT_THROW(walk(false), c10::Error) << name;
  }
}

TEST(ResMlpBlock, ASecondDerivativeIsRefusedNotWrong) {
  const Problem problem = make_problem({3, 9, 12, 48});
  const Tensor x = problem.x.clone().requires_grad_();
  const Tensor out =
      core::resmlp_block(x, problem.p, {"blocks.0", plan_of("exact"), roomy, nullptr});
  EXPECT_THROW(torch::autograd::grad({out}, {x}, {problem.g}, true, true), Error);
}

TEST(ResMlpBlock, RefusesAWrongShape) {
  const Problem problem = make_problem({3, 9, 12, 48});
  const auto run = [&](const Tensor& x, const BlockParameters& p, const BlockPlan& plan) {
    (void)core::resmlp_block(x, p, {"blocks.0", plan, roomy, nullptr});
  };
  for (const char* name : {"dense", "exact"}) {
    BlockParameters p = problem.p;
    p.gamma2 = torch::ones({11}, torch::kFloat64);
    EXPECT_THROW(run(problem.x, p, plan_of(name)), ShapeMismatch);
    p = problem.p;
    p.token_weight = torch::ones({9, 8}, torch::kFloat64);
    EXPECT_THROW(run(problem.x, p, plan_of(name)), ShapeMismatch);
    EXPECT_THROW(run(problem.x.flatten(0, 1), problem.p, plan_of(name)), ShapeMismatch);
    EXPECT_THROW(run(problem.x.to(torch::kFloat32), problem.p, plan_of(name)), ShapeMismatch);
  }
}

}  // namespace
}  // namespace actscope
