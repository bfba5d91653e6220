// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace actscope::reports {

/// How a metric is judged: to the last byte, within noise, or over seeds.
enum class MetricClass { exact, timing, learning };

/// What counts as better. `fewer`: bytes; `lower_count`: of something else; `small` judges the
/// magnitude; `none`: the value shall not be above 0.
enum class Wanted { fewer, lower_count, small, more, unchanged, none };

/// `added` is written as "new".
enum class GateVerdict { same, improved, regressed, inconclusive, added, missing, failed };

/// What the gate says of one metric. Units stand in the metric's name.
struct GateRow {
  std::string metric;  ///< "saved_bytes", "layers.blocks.0.h.stored_bytes", "points.ID.peak_bytes"
  MetricClass kind = MetricClass::exact;
  GateVerdict verdict = GateVerdict::same;
  std::string reason;   ///< a code out of docs/reference/gate.md
  std::string message;  ///< one sentence
  std::string waiver;   ///< why the policy lets it pass; empty: it does not
  std::optional<double> baseline;
  std::optional<double> candidate;
  std::optional<double> ratio;  ///< candidate / baseline; absent where the baseline is 0
  std::optional<double> ratio_low;
  std::optional<double> ratio_high;
  bool is_primary = false;          ///< a time that the gate is about
  bool is_advisory = false;         ///< measured, but not to be believed: fails nothing
  std::int64_t rounds = 0;          ///< behind a measured time; 0: none
  std::optional<double> p_value{};  ///< of being slower, in the first batch, adjusted by Holm
};

/// How `gate run` measured.
struct GateTiming {
  std::string baseline_command, candidate_command;
  std::int64_t rounds = 0;               ///< complete ones, of both batches
  std::int64_t confirmation_rounds = 0;  ///< of the second batch
  std::int64_t failed_rounds = 0;        ///< left out
  std::int64_t planned_rounds = 0;       ///< the cap
  double band_ratio = 0;                 ///< the least noise band
  double false_alarm_bound_ratio = 0;    ///< gates without a difference that may regress, at most
};

/// The one object that every output of the gate is made of.
struct GateResult {
  std::string baseline_name;
  std::string candidate_name;
  GateVerdict verdict = GateVerdict::same;  ///< of all rows together
  std::vector<std::string> config_differences;
  std::vector<std::string> environment_differences;
  std::vector<std::string> notes;      ///< what must be known before the verdict is believed
  std::int64_t ignored = 0;            ///< metrics that the policy leaves out
  std::vector<GateRow> rows;           ///< worst first
  std::optional<GateTiming> timing{};  ///< where processes were measured
};

/// Whether a row alone makes the gate fail: failed, regressed and not advisory, or an exact metric
/// that is missing, and no waiver.
bool fails_gate(const GateRow& row);
/// Whether a row leaves the question open: learning that noise hides or that is missing, a measured
/// primary time that noise hides, and no waiver. Other times leave nothing open.
bool leaves_open(const GateRow& row);

/// "exact", "timing", "learning".
const char* name_of(MetricClass kind);
/// "same", "improved", "regressed", "inconclusive", "new", "missing", "failed".
const char* name_of(GateVerdict verdict);

}  // namespace actscope::reports
