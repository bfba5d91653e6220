// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/environment_record.hpp"
#include "actscope/base/kernels_bench_record.hpp"
#include "actscope/base/run_record.hpp"
#include "actscope/reports/gate/result.hpp"

namespace actscope::reports {

/// Which values of a metric are better.
enum class Better : std::uint8_t { lower, higher, neither };

/// A figure of a report; absent: `reason` says why.
struct HistoryValue {
  std::string metric;
  MetricClass kind = MetricClass::exact;
  Better better = Better::lower;
  std::optional<double> value;
  std::string reason;
};

/// What a history needs of one report.
struct HistoryEntry {
  std::string source;                ///< path, as it is shown
  std::string kind;                  ///< of the document
  std::string group;                 ///< equal where figures may be compared
  std::string name;                  ///< of the group, for people; `details` tell equal names apart
  std::vector<std::string> details;  ///< "seed 4", "batch 32": everything else of the configuration
  EnvironmentRecord environment;     ///< its start and revision place the report
  std::string gap;                   ///< why it has no values; empty: it has
  std::vector<HistoryValue> values;
};

/// Metrics that are shown where nobody chose others: step time, throughput, peak and saved bytes,
/// held-out accuracy and losses; of kernels the whole gradients against the dense product.
std::span<const std::string> primary_metrics();

/// Whether a document of this kind has figures over time: actscope.run, .gate and .kernels.
bool has_history(std::string_view kind);

/// `metrics` are globs of names, as the gate's policy has them. A run that did not complete is a
/// gap.
HistoryEntry entry_of_run(const RunRecord& record, std::string source,
                          std::span<const std::string> metrics);

/// The ratio of every row of a verdict, as `gate.METRIC`. It has neither date nor revision: give it
/// those of the run beside it.
HistoryEntry entry_of_gate(const GateResult& result, std::string source,
                           std::span<const std::string> metrics);

/// Of every row `time_s` and `to_dense_ratio`.
HistoryEntry entry_of_kernels(const KernelsBenchRecord& record, std::string source,
                              std::span<const std::string> metrics);

/// Reads a document of a kind that has_history.
/// Errors  ReportFormatError: as validate_document, or of another kind
HistoryEntry read_history_entry(std::string_view text, const std::string& source,
                                std::span<const std::string> metrics);

}  // namespace actscope::reports
