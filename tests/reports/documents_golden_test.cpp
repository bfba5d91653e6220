// SPDX-License-Identifier: Apache-2.0
// One recorded document of each kind: what is written today equals it, and it reads and writes
// back unchanged. A golden file of a released version is never renewed, only added to.
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/bench_kernels/rendering.hpp"
#include "actscope/reports/bench_tracer/document.hpp"
#include "actscope/reports/bench_tracer/rendering.hpp"
#include "actscope/reports/compare/comparison.hpp"
#include "actscope/reports/config/document.hpp"
#include "actscope/reports/evaluation/document.hpp"
#include "actscope/reports/footprint/document.hpp"
#include "actscope/reports/format/document.hpp"
#include "actscope/reports/plan/document.hpp"
#include "actscope/reports/plan/rendering.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/run/rendering.hpp"
#include "actscope/reports/sweep/document.hpp"
#include "actscope/reports/validation.hpp"
#include "golden_support.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

RunRecord failed_run() {
  RunRecord record = small_run("int4-bsr");
  record.status = RunStatus::failed;
  record.status_reason = "the loss became non-finite at step 3";
  record.summary.saved_bytes = Measured<std::int64_t>::missing("stopped before a whole step");
  record.summary.heldout_accuracy_ratio = Measured<double>::missing("stopped before evaluation");
  record.summary.dense_saved_bytes = Measured<std::int64_t>::of((std::int64_t{1} << 60) + 1);
  record.accuracy.clear();
  record.layers[1].slots[0].stored_bytes.reset();
  record.layers[1].slots[0].kept_norm_ratio = 0.75;
  record.operators = {{"gemm_tn", "blocks.0", "backward", "cpu", 12, 0.5, "h", "scope"}};
  record.operators[0].counts = HardwareCounts{11, {std::int64_t{1} << 60, 4'000'000, {}}};
  record.trace = TraceRecord{};
  record.trace->traced_steps = 4;
  record.trace->dropped_records = 1;
  record.trace->kernels_reason = "the run was on the CPU";
  record.trace->files_reason = "the disk is full";
  record.trace->counters_source = "perf_event";
  record.trace->counters_reason = "no llc_misses";
  record.trace->scaled_operators = 2;
  record.trace->uncounted_operators = 1;
  record.gradients = {{"blocks.0", "fc1.weight", 0.25, 0.96875}};
  return record;
}

RunRecord run_with_ledger() {
  RunRecord record = small_run("dense");
  record.tracer_cost = small_tracer_cost();
  record.ledger = small_ledger();
  record.memory = small_memory();
  return record;
}

TEST(GoldenDocuments, Run) {
  const std::string text = write_run_document(small_run());
  expect_golden("run.json", text);
  EXPECT_EQ(write_run_document(read_run_document(text, "t")), text);
}

// Of a model that is not ours a document names what is known, and nothing else.
TEST(GoldenDocuments, RunOfAnotherModel) {
  const RunRecord record = foreign_run();
  const std::string text = write_run_document(record);
  expect_golden("run_libtorch.json", text);
  EXPECT_EQ(write_run_document(read_run_document(text, "t")), text);
  const std::vector<NamedRun> runs = {{"net", record}};
  expect_golden("run_libtorch.txt", render_runs(runs, Format::text));
  expect_golden("run_libtorch.csv", render_runs(runs, Format::csv));
}

// What an earlier version wrote is read as before; what it did not know is absent.
TEST(GoldenDocuments, RunOfVersion10) {
  const std::string text = read_golden("run_1_0.json");
  const RunRecord record = read_run_document(text, "t");
  EXPECT_FALSE(record.ledger);
  EXPECT_FALSE(record.memory);
  EXPECT_EQ(write_run_document(record), write_run_document(small_run()));
}

TEST(GoldenDocuments, RunOfVersion11) {
  const std::string text = read_golden("run_1_1.json");
  RunRecord record = read_run_document(text, "t");
  EXPECT_TRUE(record.ledger);
  EXPECT_FALSE(record.tracer_cost);
  record.tracer_cost = small_tracer_cost();
  RunRecord expected = run_with_ledger();
  expected.config.slot_overrides = {"blocks.0.h=int8"};  // as it had
  EXPECT_EQ(write_run_document(record), write_run_document(expected));
}

TEST(GoldenDocuments, RunWithLedgerMemoryAndTracerCost) {
  const std::string text = write_run_document(run_with_ledger());
  expect_golden("run_ledger.json", text);
  EXPECT_EQ(write_run_document(read_run_document(text, "t")), text);
}

TEST(GoldenDocuments, RunWithoutVolatileFields) {
  const std::string text = write_run_document(small_run(), VolatileFields::drop);
  expect_golden("run_no_volatile.json", text);
  EXPECT_EQ(write_run_document(read_run_document(text, "t"), VolatileFields::drop), text);
}

TEST(GoldenDocuments, FailedRun) {
  const std::string text = write_run_document(failed_run());
  expect_golden("run_failed.json", text);
  EXPECT_EQ(write_run_document(read_run_document(text, "t")), text);
}

TEST(GoldenDocuments, Sweep) {
  const std::string text = write_sweep_document(small_sweep());
  expect_golden("sweep.json", text);
  EXPECT_EQ(write_sweep_document(read_sweep_document(text, "t")), text);
}

EvaluationRecord small_evaluation() {
  EvaluationRecord record;
  record.config = small_run().config;
  record.config.weights = "w.safetensors";
  record.environment = small_run().environment;
  record.samples = 10'000;
  record.correct = 8'125;
  record.accuracy_ratio = Measured<double>::of(0.8125);
  record.loss = Measured<double>::of(0.53125);
  record.skipped = {"val/cat/broken.jpg"};
  return record;
}

TEST(GoldenDocuments, Evaluation) {
  const std::string text = write_evaluation_document(small_evaluation());
  expect_golden("eval.json", text);
  EXPECT_EQ(write_evaluation_document(read_evaluation_document(text, "t")), text);
  EXPECT_EQ(evaluation_text(small_evaluation()),
            "held-out accuracy   81.25 % of 10,000 images\nheld-out loss       0.5312\n"
            "skipped             1 images that cannot be read\n");
}

TEST(GoldenDocuments, EvaluationWithoutAccuracy) {
  EvaluationRecord record = small_evaluation();
  record.loss = record.accuracy_ratio = Measured<double>::missing("a logit is not finite");
  record.first_non_finite = 7;
  const std::string text = write_evaluation_document(record);
  expect_golden("eval_not_finite.json", text);
  EXPECT_EQ(write_evaluation_document(read_evaluation_document(text, "t")), text);
  EXPECT_EQ(evaluation_text(record), "held-out accuracy   n/a (a logit is not finite)\n");
}

PlanRecord small_plan() {
  PlanRecord plan;
  plan.config = small_run().config;
  plan.config.slot_overrides = {"blocks.0.h=int4", "blocks.1.h=int4"};
  plan.config.budget_bytes = 5000;
  plan.environment = small_run().environment;
  plan.budget_bytes = 5000;
  plan.max_gradient_error_ratio = 0.5;
  plan.layers = {"exact, h int4", "exact, h int4", "exact"};
  plan.estimate = {900, 4800, 0.25, 0.125};
  plan.least_budget_bytes = 3000;
  plan.reserve_bytes = 16;
  plan.trial = PlanTrial{4700, 0.5};
  plan.candidates = {
      {"dense", {}, {}, 1400, 2000, 2500, 0.125, 0},
      {"exact, h int4", {"h=int4"}, {"dW1=bsr:16:0.8"}, 300, 400, 500, 0.0625, 0.25}};
  plan.presets = {{"dense", {4200, 9000, 0.375, 0}, false},
                  {"exact", {1800, 4900, 0.375, 0}, true}};
  return plan;
}

TEST(GoldenDocuments, Plan) {
  const std::string text = write_plan_document(small_plan());
  expect_golden("plan.json", text);
  EXPECT_EQ(write_plan_document(read_plan_document(text, "t")), text);
  expect_golden("plan.txt", plan_text(small_plan()));
}

TEST(GoldenDocuments, APlanOfVersionOneIsReadWithTheUsualWeightOfErrors) {
  const PlanRecord plan = read_plan_document(read_golden("plan_1_0.json"), "plan_1_0.json");
  EXPECT_EQ(plan.error_weight_ratio, 0.25);
  EXPECT_EQ(write_plan_document(plan), write_plan_document(small_plan()));
}

TEST(GoldenDocuments, PlanThatNothingFits) {
  PlanRecord plan = small_plan();
  plan.layers.clear();
  plan.trial.reset();
  plan.max_gradient_error_ratio.reset();
  const std::string text = write_plan_document(plan);
  EXPECT_EQ(write_plan_document(read_plan_document(text, "t")), text);
  EXPECT_NE(plan_text(plan).find("the least budget is 2.93 KiB (3000 bytes)"), std::string::npos)
      << plan_text(plan);
}

TEST(GoldenDocuments, Config) {
  const std::string text = write_config_document(small_run().config);
  expect_golden("config.json", text);
  EXPECT_EQ(write_config_document(read_config_document(text, "t", {})), text);
}

TEST(GoldenDocuments, SweepSpec) {
  SweepSpec spec;
  spec.base = small_run().config;
  spec.schemes = {"int4-bsr", "linear-bsr"};
  spec.blocks = {{8, 8}, {8, 64}};
  spec.sparsities = {0.5, 0.75};
  spec.seeds = {0, 1};
  RunConfig single = spec.base;
  single.scheme = "exact";
  single.operand_overrides = {"blocks.*.dW1=bsr:16:0.8"};
  spec.points = {single};
  const std::string text = write_sweep_spec(spec);
  expect_golden("sweep_spec.json", text);
  EXPECT_EQ(write_sweep_spec(read_sweep_spec(text, "t", {})), text);
}

TEST(GoldenDocuments, Footprint) {
  FootprintRecord record;
  record.model = "resmlp";
  record.scheme = "exact";
  record.dtype = "fp32";
  record.batch = 8;
  record.layers = small_run().layers;
  record.layers[1].slots[0].stored_bytes.reset();
  record.totals = {600, 1400, 100000, 1234};
  const std::string text = write_footprint_document(record);
  expect_golden("footprint.json", text);
  EXPECT_EQ(write_footprint_document(read_footprint_document(text, "t")), text);
}

TEST(GoldenDocuments, Kernels) {
  const std::string text = write_kernels_document(small_kernels());
  expect_golden("kernels.json", text);
  EXPECT_EQ(write_kernels_document(read_kernels_document(text, "t")), text);
  EXPECT_EQ(validate_document(text, "t").name, "actscope.kernels");
}

TEST(GoldenDocuments, KernelsRendered) {
  for (const auto& [name, format] : {std::pair{"kernels.txt", Format::text},
                                     {"kernels.md", Format::markdown},
                                     {"kernels.csv", Format::csv}}) {
    expect_golden(name, render_kernels(small_kernels(), format, "One point."));
  }
}

TEST(GoldenDocuments, Tracer) {
  const std::string text = write_tracer_document(small_tracer_bench());
  expect_golden("tracer.json", text);
  EXPECT_EQ(write_tracer_document(read_tracer_document(text, "t")), text);
  EXPECT_EQ(validate_document(text, "t").name, "actscope.tracer");
}

TEST(GoldenDocuments, TracerRendered) {
  for (const auto& [name, format] : {std::pair{"tracer.txt", Format::text},
                                     {"tracer.md", Format::markdown},
                                     {"tracer.csv", Format::csv},
                                     {"tracer.html", Format::html}}) {
    expect_golden(name, render_tracer(small_tracer_bench(), format, "One program."));
  }
}

TEST(GoldenDocuments, Compare) {
  const Comparison comparison = compare_runs(small_run(), "exact", failed_run(), "int4-bsr");
  const std::string text = write_comparison_document(comparison);
  expect_golden("compare.json", text);
  expect_golden("compare.txt", comparison_text(comparison));
  EXPECT_EQ(write_comparison_document(read_comparison_document(text, "t")), text);
}

}  // namespace
}  // namespace actscope::reports::test
