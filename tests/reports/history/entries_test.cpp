// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/entries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/judge.hpp"
#include "actscope/reports/run/document.hpp"
#include "history/support.hpp"

namespace actscope::reports::test {
namespace {

std::vector<std::string> names(const HistoryEntry& entry) {
  std::vector<std::string> all;
  for (const HistoryValue& value : entry.values) all.push_back(value.metric);
  return all;
}

const HistoryValue& value_named(const HistoryEntry& entry, const std::string& metric) {
  for (const HistoryValue& value : entry.values) {
    if (value.metric == metric) return value;
  }
  throw std::runtime_error("no value " + metric);
}

TEST(Entries, OfARunHaveThePrimaryMetrics) {
  const HistoryEntry run = entry(small_run(), "a/report.json");
  EXPECT_THAT(names(run),
              testing::ElementsAre("step_time_s", "images_per_s", "peak_bytes", "saved_bytes",
                                   "heldout_accuracy_ratio", "heldout_loss", "train_loss"));
  EXPECT_EQ(value_named(run, "saved_bytes").value, 600);
  EXPECT_EQ(value_named(run, "saved_bytes").kind, MetricClass::exact);
  EXPECT_EQ(value_named(run, "images_per_s").better, Better::higher);
  EXPECT_EQ(value_named(run, "heldout_loss").value, std::nullopt);
  EXPECT_EQ(value_named(run, "heldout_loss").reason, "the loss is not finite");
  EXPECT_EQ(run.name, "resmlp exact blocks.0.h=int8");
  EXPECT_EQ(run.gap, "");
}

TEST(Entries, HaveTheMetricsThatGlobsChoose) {
  const std::vector<std::string> globs = {"layers.*.stored_bytes", "param*"};
  EXPECT_EQ(names(entry_of_run(small_run(), "a", globs)),
            (std::vector<std::string>{"layers.blocks.0.x.stored_bytes", "parameters"}));
  EXPECT_TRUE(entry_of_run(small_run(), "a", {}).values.empty());
}

TEST(Entries, ThatDidNotCompleteAreGaps) {
  RunRecord run = small_run();
  run.status = RunStatus::failed;
  run.status_reason = "out of memory";
  EXPECT_EQ(entry(run, "a").gap, "failed: out of memory");
  EXPECT_TRUE(entry(run, "a").values.empty());
  EXPECT_EQ(entry(run, "a").group, entry(small_run(), "b").group);
  run.status = RunStatus::interrupted;
  run.status_reason.clear();
  EXPECT_EQ(entry(run, "a").gap, "interrupted");
}

TEST(Entries, AreOfOneGroupWhereConfigurationSeedAndMachineAre) {
  const std::string group = entry(small_run(), "a").group;
  RunRecord run = small_run();
  run.config.out = "elsewhere";
  run.environment.compiler = "another";
  run.environment.host = "another";
  EXPECT_EQ(entry(run, "b").group, group);
  for (const auto& change : std::vector<void (*)(RunRecord&)>{
           [](RunRecord& r) { r.config.batch = 64; }, [](RunRecord& r) { r.config.seed = 4; },
           [](RunRecord& r) { r.environment.cpu = "another"; },
           [](RunRecord& r) { r.environment.gpu = "one"; },
           [](RunRecord& r) { r.environment.cores = 3; },
           [](RunRecord& r) { r.model_kind = ModelKind::python; }}) {
    RunRecord other = small_run();
    change(other);
    EXPECT_NE(entry(other, "b").group, group);
  }
}

TEST(Entries, OfAModelThatIsNotOursHaveItsName) {
  const HistoryEntry run = entry(foreign_run(), "a");
  EXPECT_EQ(run.name, "net");
  EXPECT_EQ(value_named(run, "saved_bytes").value, 680);
}

TEST(Entries, OfAVerdictAreItsRatios) {
  const GateResult result =
      judge_runs(small_run(), small_run("exact", 900), {"main", "change"}, {}, "2026-01-01");
  const HistoryEntry verdict = entry_of_gate(result, "gate.json", primary_metrics());
  EXPECT_EQ(verdict.name, "gate against main");
  EXPECT_EQ(value_named(verdict, "gate.saved_bytes").value, 1.5);
  EXPECT_EQ(value_named(verdict, "gate.saved_bytes").kind, MetricClass::exact);
  EXPECT_EQ(value_named(verdict, "gate.step_time_s").value, 1);
  RunRecord failed = small_run();
  failed.status = RunStatus::failed;
  const GateResult none = judge_runs(small_run(), failed, {"main", "change"}, {}, "2026-01-01");
  EXPECT_EQ(entry_of_gate(none, "gate.json", primary_metrics()).gap,
            "failed: the candidate did not complete");
  const std::vector<std::string> per_second = {"gate.images_per_s"};
  EXPECT_EQ(entry_of_gate(result, "g", per_second).values.front().better, Better::higher);
}

TEST(Entries, OfKernelsAreRatiosToTheDenseProduct) {
  const HistoryEntry kernels = entry_of_kernels(small_kernels(), "kernels.json", primary_metrics());
  EXPECT_EQ(names(kernels),
            (std::vector<std::string>{
                "weight_gradient.fc1.16x16.0.5.panel.cpu.fp32.2.to_dense_ratio",
                "mixing_gradient.token-mix.16x16.0.5.panel.cpu.fp32.2.to_dense_ratio",
                "weight_gradient.fc1.16x16.0.5.panel.cuda.bf16.0.to_dense_ratio"}));
  EXPECT_EQ(kernels.values.front().value, 0.5);
  KernelsBenchRecord empty = small_kernels();
  empty.results.clear();
  EXPECT_EQ(entry_of_kernels(empty, "kernels.json", primary_metrics()).gap,
            "no point was measured");
}

TEST(Entries, AreReadFromDocuments) {
  const auto kind_of = [](const std::string& text) {
    return read_history_entry(text, "t", primary_metrics()).kind;
  };
  EXPECT_EQ(kind_of(write_run_document(small_run())), "actscope.run");
  EXPECT_EQ(kind_of(write_kernels_document(small_kernels())), "actscope.kernels");
  EXPECT_EQ(kind_of(write_gate_document(
                judge_runs(small_run(), small_run(), {"a", "b"}, {}, "2026-01-01"))),
            "actscope.gate");
  EXPECT_TRUE(has_history("actscope.gate"));
  EXPECT_FALSE(has_history("actscope.sweep"));
  EXPECT_THROW(kind_of(R"({"schema": {"name": "actscope.sweep", "version": "1.0.0"}})"),
               ReportFormatError);
  EXPECT_THROW(kind_of("{"), ReportFormatError);
}

}  // namespace
}  // namespace actscope::reports::test
