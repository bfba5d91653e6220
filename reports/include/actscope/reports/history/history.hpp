// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actscope/reports/gate/result.hpp"
#include "actscope/reports/history/entries.hpp"
#include "actscope/reports/history/steps.hpp"

namespace actscope::reports {

/// What reports stand in order of: when they were recorded, a list of revisions, or their paths.
enum class HistoryOrder { date, revision, path };

/// What a step says: a quotient of levels, or a difference (of accuracies, and of figures that are
/// not all above 0).
enum class ChangeKind { ratio, difference };

enum class Effect { better, worse, neither };

/// step: the level changed; level: it did not; too_short: too few values to say.
enum class SeriesVerdict { step, level, too_short };

/// How reports become a history.
struct HistoryOptions {
  HistoryOrder order = HistoryOrder::date;
  /// Oldest first: lines that begin with a hash, whole or of seven digits at least. More words on a
  /// line are other names of that revision. Read where the order is that of revisions.
  std::vector<std::string> revisions;
  StepRule rule;
};

/// A report that has a place in the order.
struct HistoryReport {
  std::string source;      ///< its path
  std::string kind;        ///< "actscope.run", "actscope.gate", "actscope.kernels"
  std::string started_at;  ///< UTC, ISO 8601; empty: unknown
  std::string revision;    ///< of Actscope, or of the list; empty: unknown
  std::string gap;         ///< why it has no figures: "failed: out of memory"; empty: it has
  std::int64_t group = 0;  ///< place in History::groups
};

/// A figure of one report; without one, `reason` says why.
struct HistoryPoint {
  std::int64_t report = 0;  ///< place in History::reports
  std::optional<double> value;
  std::string reason;
};

/// A change of level.
struct HistoryStep {
  std::int64_t report = 0;    ///< the first behind it: place in History::reports
  std::int64_t previous = 0;  ///< the last before it that has a value
  /// Where it may begin instead: places of the first and the last such report.
  std::int64_t earliest = 0, latest = 0;
  double before = 0;  ///< level (median) since the step before
  double after = 0;   ///< level until the next step
  ChangeKind change_kind = ChangeKind::ratio;
  double change = 0;  ///< behind over before, or behind less before
  double change_low = 0,
         change_high = 0;  ///< where the true one lies; of exact figures equal to it
  Effect effect = Effect::neither;
  std::vector<std::string> environment_differences;  ///< of build and machine, between the two
  std::string quote;  ///< "step_time 1.053x [1.048, 1.058] since 4f2a91c (2026-03-02)"
};

/// One metric of one group, report by report.
struct HistorySeries {
  std::string metric;  ///< units stand in the name
  MetricClass kind = MetricClass::exact;
  Better better = Better::lower;
  SeriesVerdict verdict = SeriesVerdict::level;
  std::string reason;           ///< why it is too short, "7 of 12 values"; else empty
  std::optional<double> level;  ///< median since the last step; absent without values
  std::vector<HistoryPoint> points;
  std::vector<HistoryStep> steps;  ///< in order
};

/// Reports that may be compared: of one configuration, seed and machine.
struct HistoryGroup {
  std::string name;
  std::vector<HistorySeries> series;  ///< empty where no report has one of the metrics
};

/// A file without a place in the history.
struct HistoryProblem {
  std::string source;
  std::string reason;
};

/// All that `actscope history` says; every output is made of it.
struct History {
  std::string name;  ///< of the folder
  HistoryOrder order = HistoryOrder::date;
  StepRule rule;
  std::vector<HistoryReport> reports;      ///< in order
  std::vector<HistoryGroup> groups;        ///< in the order of their first reports
  std::vector<HistoryProblem> unreadable;  ///< files that no reader takes
  std::vector<HistoryProblem> unplaced;  ///< reports without a date, or of no revision of the list
  std::int64_t other_files = 0;          ///< JSON that is no report with figures over time
  std::vector<std::string> notes;        ///< what must be known before a step is believed
};

/// Puts reports in order, groups them and looks for steps in every metric. Reports of equal dates
/// or revisions stand in the order of dates, then of their paths, numbers in them by value. Errors
/// none: what cannot be placed is listed
History build_history(std::vector<HistoryEntry> entries, const HistoryOptions& options);

/// Lines of a list of revisions, oldest first, as `git log --reverse --format=%H` prints them.
/// Errors  ReportFormatError: it is empty, or a line does not begin with a hash of seven digits or
/// more
std::vector<std::string> read_revisions(std::string_view text, std::string_view source);

/// "date", "revision", "path".
const char* name_of(HistoryOrder order);
/// "ratio", "difference".
const char* name_of(ChangeKind kind);
/// "better", "worse", "neither".
const char* name_of(Effect effect);
/// "step", "level", "too_short".
const char* name_of(SeriesVerdict verdict);
/// "lower", "higher", "neither".
const char* name_of(Better better);

}  // namespace actscope::reports
