// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "actscope/reports/history/history.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {

/// Noise that is the same on every machine: the distributions of the standard library are not.
class Noise {
 public:
  explicit Noise(unsigned seed) : random_(seed) {}
  /// Uniform in (0, 1].
  double unit() { return (static_cast<double>(random_() >> 11U) + 1) * 0x1p-53; }
  /// Normal, mean 0, deviation 1 (Box and Muller).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(unit()));
    return radius * std::cos(2 * std::numbers::pi * unit());
  }

 private:
  std::mt19937_64 random_;
};

/// The day `number` days after 2026-01-01, at noon.
inline std::string day(int number) {
  constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int month = 0;
  while (number >= lengths[month]) number -= lengths[month++];
  return fmt::format("2026-{:02}-{:02}T12:00:00Z", month + 1, number + 1);
}

/// Run `number` of a series: a day and a revision each.
inline RunRecord run_number(int number, double step_time_s = 0.25, std::int64_t saved_bytes = 600) {
  RunRecord run = small_run("exact", saved_bytes);
  run.environment.started_at = day(number);
  run.environment.git_revision = fmt::format("{:012x}", 0x4f2a91c00000 + number);
  run.summary.step_time_s = Measured<double>::of(step_time_s);
  return run;
}

inline HistoryEntry entry(const RunRecord& run, const std::string& source) {
  return entry_of_run(run, source, primary_metrics());
}

/// `count` runs of 0.25 s with 2 % noise; from run `at` on they take `factor` times as long.
inline std::vector<HistoryEntry> noisy_entries(int count, int at, double factor,
                                               unsigned seed = 3) {
  Noise noise(seed);
  std::vector<HistoryEntry> entries;
  for (int i = 0; i < count; ++i) {
    const double time = 0.25 * (1 + 0.02 * noise.normal()) * (i >= at ? factor : 1);
    entries.push_back(entry(run_number(i, time), fmt::format("runs/{}/report.json", i)));
  }
  return entries;
}

inline const HistorySeries& series_named(const HistoryGroup& group, const std::string& metric) {
  for (const HistorySeries& series : group.series) {
    if (series.metric == metric) return series;
  }
  throw std::runtime_error("no series " + metric);
}

/// A history with one of everything: what the golden files show.
inline History golden_history() {
  std::vector<HistoryEntry> entries;
  Noise noise(5);
  for (int i = 0; i < 20; ++i) {
    const double time = 0.25 * (1 + 0.01 * noise.normal()) * (i >= 10 ? 1.1 : 1);
    RunRecord run = run_number(i, time, i < 14 ? 600 : 750);
    if (i >= 10) run.environment.compiler = "a <newer> compiler";
    if (i == 4) {
      run.status = RunStatus::failed;
      run.status_reason = "out of memory & more";
    }
    if (i == 6) run.summary.heldout_accuracy_ratio = Measured<double>::missing("not measured");
    entries.push_back(entry(run, fmt::format("runs/{}/report.json", i)));
  }
  RunRecord other = run_number(25);
  other.config.seed = 4;
  other.status = RunStatus::interrupted;
  other.environment.git_revision += "-dirty";
  entries.push_back(entry(other, "runs/x|<y>/report.json"));
  HistoryEntry undated = entry(run_number(3), "old/report.json");
  undated.environment.started_at.clear();
  entries.push_back(undated);
  History history = build_history(entries, {});
  history.name = "runs & <more>";
  history.unreadable = {{"cut.json", "cut.json is not valid JSON [truncated]"}};
  history.other_files = 3;
  return history;
}

}  // namespace actscope::reports::test
