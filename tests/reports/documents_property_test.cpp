// SPDX-License-Identifier: Apache-2.0
// Whatever a record holds (any bytes in texts, any number, NaN and infinity too): its document
// reads back, and writing what was read gives the same bytes.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "actscope/reports/compare/comparison.hpp"
#include "actscope/reports/config/document.hpp"
#include "actscope/reports/evaluation/document.hpp"
#include "actscope/reports/footprint/document.hpp"
#include "actscope/reports/format/output_format.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/judge.hpp"
#include "actscope/reports/gate/rendering.hpp"
#include "actscope/reports/gate/report.hpp"
#include "actscope/reports/history/document.hpp"
#include "actscope/reports/history/rendering.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/run/rendering.hpp"
#include "actscope/reports/sweep/document.hpp"

namespace actscope::reports::test {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

std::string any_text() {
  return *rc::gen::arbitrary<std::string>();
}
std::vector<std::string> any_texts() {
  return *rc::gen::arbitrary<std::vector<std::string>>();
}
std::int64_t any_count() {
  return *rc::gen::weightedOneOf<std::int64_t>({{8, rc::gen::inRange<std::int64_t>(0, 1 << 20)},
                                                {2, rc::gen::inRange<std::int64_t>(0, largest)}});
}
double any_number() {
  return *rc::gen::arbitrary<double>();
}
double any_share() {
  return static_cast<double>(*rc::gen::inRange(0, 1001)) / 1000;
}
double any_amount() {
  return std::abs(any_number());
}
double or_unbounded(double value) {
  return *rc::gen::weightedElement<double>(
      {{8, value}, {1, std::nan("")}, {1, std::numeric_limits<double>::infinity()}});
}
template <class Number>
Measured<Number> or_missing(Number value) {
  return *rc::gen::arbitrary<bool>() ? Measured<Number>::of(value)
                                     : Measured<Number>::missing(any_text());
}
template <class Make>
auto a_few(const Make& make) {
  std::vector<decltype(make())> list;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push_back(make());
  return list;
}

SlotFootprint any_slot() {
  SlotFootprint slot{any_text(), any_text(), any_count(), any_count(), {}, any_count(), {}};
  if (*rc::gen::arbitrary<bool>()) slot.stored_bytes = any_count();
  if (*rc::gen::arbitrary<bool>()) slot.kept_norm_ratio = or_unbounded(any_share());
  return slot;
}
std::vector<LayerFootprint> any_layers() {
  return a_few([] { return LayerFootprint{any_text(), a_few(any_slot)}; });
}

RunConfig any_config() {
  RunConfig config;
  config.model = any_text();
  if (*rc::gen::arbitrary<bool>()) config.dim = any_count();
  config.scheme = any_text();
  config.slot_overrides = any_texts();
  config.sparsity_ratio = any_share();
  config.learning_rate = any_number();
  config.seed = *rc::gen::arbitrary<std::int64_t>();
  config.augment = *rc::gen::arbitrary<bool>();
  config.out = any_text();
  return config;
}

AccuracyPoint any_point() {
  return {any_count(),
          any_count(),
          or_unbounded(any_amount()),
          or_missing(or_unbounded(any_number())),
          or_missing(any_share()),
          or_missing(or_unbounded(any_number())),
          or_missing(any_share())};
}

LedgerStorage any_storage() {
  const auto any_holder = [] {
    return LedgerHolder{any_text(),  any_text(),
                        any_text(),  any_text(),
                        any_text(),  a_few([] { return any_count(); }),
                        any_count(), static_cast<SavedState>(*rc::gen::inRange(0, 2))};
  };
  LedgerStorage storage{a_few(any_holder),
                        any_count(),
                        any_count(),
                        any_count(),
                        any_count(),
                        *rc::gen::arbitrary<bool>(),
                        *rc::gen::arbitrary<bool>(),
                        {}};
  storage.holders.push_back(any_holder());
  if (*rc::gen::arbitrary<bool>()) storage.is_at_peak = *rc::gen::arbitrary<bool>();
  return storage;
}

LedgerRecord any_ledger() {
  LedgerRecord ledger;
  ledger.step = any_count();
  ledger.nodes = any_count();
  ledger.known_nodes = any_count();
  ledger.unknown_nodes = a_few([] { return LedgerNodeCount{any_text(), any_count()}; });
  ledger.skipped = {any_count(), any_count(), any_count(), any_count()};
  ledger.storages = a_few(any_storage);
  ledger.live_bytes = or_missing(*rc::gen::arbitrary<std::int64_t>());
  ledger.output_bytes = or_missing(any_count());
  ledger.excluded_bytes = or_missing(any_count());
  ledger.freed_bytes = or_missing(*rc::gen::arbitrary<std::int64_t>());
  ledger.residual_bytes = or_missing(*rc::gen::arbitrary<std::int64_t>());
  ledger.residuals = a_few([] {
    return LedgerResidual{any_text(), any_text(), any_text(), any_count(), any_count()};
  });
  return ledger;
}

MemoryRecord any_memory() {
  const auto any_category = [] {
    return static_cast<MemoryCategory>(
        *rc::gen::inRange(0, static_cast<int>(memory_category_count)));
  };
  const auto any_peak = [] { return MemoryPeak{any_count(), any_text(), any_text(), any_text()}; };
  MemoryRecord memory;
  memory.step = any_count();
  memory.peak = any_peak();
  memory.composition = a_few([&] {
    return MemoryShare{any_category(), any_text(), any_count(), any_count()};
  });
  memory.categories = a_few([&] {
    return CategoryAtPeak{any_category(), any_count(), any_peak()};
  });
  memory.allocated_bytes = any_count();
  memory.reported_bytes = or_missing(any_count());
  return memory;
}

RunRecord any_run() {
  RunRecord record;
  record.status = static_cast<RunStatus>(*rc::gen::inRange(0, 3));
  record.status_reason = any_text();
  record.config = any_config();
  record.environment.host = any_text();
  record.environment.features = any_texts();
  record.environment.memory_bytes = any_count();
  record.environment.pid = any_count();
  record.parameters = any_count();
  record.train_samples = any_count();
  record.heldout_samples = any_count();
  record.layer_names = any_texts();
  RunSummary& s = record.summary;
  s.peak_bytes = or_missing(any_count());
  s.saved_bytes = or_missing(any_count());
  s.dense_saved_bytes = Measured<std::int64_t>::of(any_count());
  s.predicted_saved_bytes = Measured<std::int64_t>::of(any_count());
  s.residual_bytes = or_missing(*rc::gen::arbitrary<std::int64_t>());
  s.workspace_bytes = any_count();
  s.step_time_s = or_missing(or_unbounded(any_amount()));
  s.images_per_s = or_missing(any_amount());
  s.train_loss = or_missing(or_unbounded(any_number()));
  s.heldout_accuracy_ratio = or_missing(any_share());
  s.steps = any_count();
  s.weights_sha256 = any_text();
  record.layers = any_layers();
  const auto any_timing = [] {
    OperatorTiming timing{any_text(),  any_text(),   any_text(), any_text(),
                          any_count(), any_amount(), any_text(), any_text()};
    if (*rc::gen::arbitrary<bool>()) {
      timing.counts.emplace();
      timing.counts->calls = any_count();
      for (auto& value : timing.counts->values) {
        if (*rc::gen::arbitrary<bool>()) value = any_count();
      }
    }
    return timing;
  };
  record.operators = a_few(any_timing);
  record.kernels = a_few(any_timing);
  if (*rc::gen::arbitrary<bool>()) {
    record.trace = TraceRecord{any_count(), any_count(), any_count(), any_count(), any_count(),
                               any_count(), any_count(), any_count(), any_text(),  any_text(),
                               any_text(),  any_text(),  any_text(),  any_count(), any_count()};
  }
  if (*rc::gen::arbitrary<bool>()) record.ledger = any_ledger();
  if (*rc::gen::arbitrary<bool>()) record.memory = any_memory();
  record.gradients = a_few([] {
    return GradientError{any_text(), any_text(), or_unbounded(any_number()),
                         or_unbounded(any_number())};
  });
  record.accuracy = a_few(any_point);
  record.step_times_s = a_few(any_amount);
  record.warnings = any_texts();
  return record;
}

RC_GTEST_PROP(DocumentProperties, RunsSurvive, ()) {
  const RunRecord record = any_run();
  const std::string text = write_run_document(record);
  const RunRecord read = read_run_document(text, "t");
  // Texts that are no UTF-8 are repaired when written first, which changes the id of the run.
  const std::string again = write_run_document(read);
  RC_ASSERT(write_run_document(read_run_document(again, "t")) == again);
  RC_ASSERT(read.summary.saved_bytes.value == record.summary.saved_bytes.value);
  RC_ASSERT(read.parameters == record.parameters);
  RC_ASSERT(read.layers.size() == record.layers.size());
  const std::string dropped = write_run_document(read, VolatileFields::drop);
  RC_ASSERT(write_run_document(read_run_document(dropped, "t"), VolatileFields::drop) == dropped);
  RC_ASSERT(run_id(read_run_document(dropped, "t")) == run_id(read));
}

RC_GTEST_PROP(DocumentProperties, SweepsSurvive, ()) {
  SweepRecord record;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    const RunRecord run = any_run();
    SweepPointRecord point;
    point.id = std::to_string(i) + any_text();
    point.role = *rc::gen::element(PointRole::grid, PointRole::baseline);
    point.status = *rc::gen::element(PointStatus::pending, PointStatus::running, PointStatus::done,
                                     PointStatus::failed, PointStatus::skipped);
    point.reason = any_text();
    point.config = run.config;
    point.report = "points/" + point.id.substr(0, 1) + "/report.json";
    if (*rc::gen::arbitrary<bool>()) point.summary = run.summary;
    point.heldout_samples = any_count();
    point.elapsed_s = or_unbounded(any_amount());
    point.tries = any_count();
    record.points.push_back(point);
  }
  const std::string text = write_sweep_document(record);
  // Texts that are no UTF-8 are repaired when written first; a missing time is read as 0.
  const std::string again = write_sweep_document(read_sweep_document(text, "t"));
  RC_ASSERT(write_sweep_document(read_sweep_document(again, "t")) == again);
  RC_ASSERT(read_sweep_document(text, "t").points.size() == record.points.size());
}

RC_GTEST_PROP(DocumentProperties, ConfigsSurvive, ()) {
  const std::string text = write_config_document(any_config());
  RC_ASSERT(write_config_document(read_config_document(text, "t", {})) == text);
}

RC_GTEST_PROP(DocumentProperties, FootprintsSurvive, ()) {
  FootprintRecord record{any_text(),  any_text(),  any_text(),   any_count(), any_count(),
                         any_count(), any_share(), any_layers(), {}};
  record.totals = {any_count(), any_count(), any_count(), any_count()};
  const std::string text = write_footprint_document(record);
  RC_ASSERT(write_footprint_document(read_footprint_document(text, "t")) == text);
}

RC_GTEST_PROP(DocumentProperties, EvaluationsSurvive, ()) {
  const RunRecord run = any_run();
  EvaluationRecord record;
  record.config = run.config;
  record.environment = run.environment;
  record.samples = any_count();
  record.correct = any_count();
  record.accuracy_ratio = *rc::gen::arbitrary<bool>() ? Measured<double>::of(any_share())
                                                      : Measured<double>::missing(any_text());
  record.loss = Measured<double>::of(any_amount());
  if (*rc::gen::arbitrary<bool>()) record.first_non_finite = any_count();
  record.skipped = {any_text()};
  const std::string text = write_evaluation_document(record);
  RC_ASSERT(write_evaluation_document(read_evaluation_document(text, "t")) == text);
}

RC_GTEST_PROP(DocumentProperties, ComparisonsSurvive, ()) {
  const Comparison comparison = compare_runs(any_run(), any_text(), any_run(), any_text());
  const std::string text = write_comparison_document(comparison);
  RC_ASSERT(write_comparison_document(read_comparison_document(text, "t")) == text);
  RC_ASSERT(!comparison_text(comparison).empty());
}

RC_GTEST_PROP(DocumentProperties, ARunEqualsItself, ()) {
  const RunRecord run = any_run();
  const Comparison comparison = compare_runs(run, "a", run, "b");
  RC_ASSERT(comparison.config_differences.empty());
  for (const ComparisonRow& row : comparison.rows) {
    RC_ASSERT(row.difference.value_or(0) == 0.0);
    RC_ASSERT(row.ratio.value_or(1) == 1.0);
  }
}

RC_GTEST_PROP(DocumentProperties, EveryVerdictSurvivesAndCanBeRendered, ()) {
  RunRecord baseline = any_run();
  baseline.status = RunStatus::completed;
  GatePolicy policy;
  policy.ignore = any_texts();
  policy.waivers = {{any_text(), any_text(), any_text()}};
  const GateResult result =
      judge_runs(baseline, any_run(), {any_text(), any_text()}, policy, "2026-06-15");
  const std::string again =
      write_gate_document(read_gate_document(write_gate_document(result), "t"));
  RC_ASSERT(write_gate_document(read_gate_document(again, "t")) == again);
  for (const auto& render : {gate_text, gate_markdown, gate_junit, gate_sentence}) {
    RC_ASSERT(!render(result).empty());
  }
  for (const Format format : {Format::text, Format::markdown, Format::html, Format::csv}) {
    RC_ASSERT(!render_gate(result, format, any_text()).empty());
  }
}

// Reports of one run with other figures, and of any others between them.
RC_GTEST_PROP(DocumentProperties, EveryHistorySurvivesAndCanBeRendered, ()) {
  const RunRecord run = any_run();
  const std::vector<std::string> all = {"*"};
  std::vector<HistoryEntry> entries;
  for (int i = *rc::gen::inRange(0, 20); i > 0; --i) {
    RunRecord next = *rc::gen::inRange(0, 8) == 0 ? any_run() : run;
    next.summary.step_time_s = or_missing(or_unbounded(any_amount()));
    next.summary.train_loss = or_missing(or_unbounded(any_number()));
    next.summary.saved_bytes = or_missing(any_count());
    entries.push_back(entry_of_run(next, any_text(), all));
  }
  HistoryOptions options;
  options.order = HistoryOrder::path;
  History history = build_history(entries, options);
  RC_ASSERT(history.reports.size() == entries.size());
  history.name = any_text();
  for (const Format format : {Format::text, Format::markdown, Format::html, Format::csv}) {
    RC_ASSERT(!render_history(history, format, any_text()).empty());
  }
  if (entries.empty()) return;
  const std::string again =
      write_history_document(read_history_document(write_history_document(history), "t"));
  const History read = read_history_document(again, "t");
  RC_ASSERT(write_history_document(read) == again);
  RC_ASSERT(read.groups.size() == history.groups.size());
  RC_ASSERT(!render_history(read, Format::html).empty());
}

RC_GTEST_PROP(DocumentProperties, NoRunRegressesAgainstItself, ()) {
  RunRecord run = any_run();
  run.status = RunStatus::completed;
  run.trace.reset();  // lost records regress whatever the baseline lost
  for (const GateRow& row : judge_runs(run, run, {"a", "b"}, {}, "2026-06-15").rows) {
    RC_ASSERT(row.verdict == GateVerdict::same);
  }
}

RC_GTEST_PROP(DocumentProperties, EveryRunCanBeRendered, ()) {
  const std::vector<NamedRun> runs{{any_text(), any_run()}, {any_text(), any_run()}};
  for (const Format format : {Format::text, Format::markdown, Format::html, Format::csv}) {
    RC_ASSERT(!render_runs(runs, format, any_text()).empty());
  }
}

}  // namespace
}  // namespace actscope::reports::test
