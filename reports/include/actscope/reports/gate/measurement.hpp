// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/environment_record.hpp"
#include "actscope/base/run_record.hpp"
#include "actscope/reports/gate/policy.hpp"
#include "actscope/reports/gate/result.hpp"
#include "actscope/reports/gate/timing_plan.hpp"

namespace actscope::reports {

/// What is known of a metric beside its values. Units stand in the name.
struct MeasuredMetric {
  std::string name;
  MetricClass kind = MetricClass::timing;
  Wanted wanted = Wanted::fewer;
  bool is_primary = false;
  std::int64_t heldout_samples = 0;  ///< behind an accuracy; 0: unknown
};

/// What one process left.
struct LaunchRecord {
  std::map<std::string, double> values;  ///< by metric; NaN: the process said that there is none
  std::string failure;                   ///< why there are none; empty: there are
};

/// How busy the machine was with anything else during a round. Absent: the system does not say.
struct RoundLoad {
  double elapsed_s = 0;
  std::optional<double> steal_ratio;    ///< time that the host gave to others, of all cores' time
  std::optional<double> foreign_ratio;  ///< time of other processes, of all cores' time
  std::optional<double> waiting_ratio;  ///< time in which something waited for a core (PSI)
  std::optional<double> frequency_hz;   ///< mean of the cores, at the end
};

/// One process of each side, in drawn order.
struct MeasuredRound {
  std::int64_t batch = 0;  ///< 0 or 1, as TimingPlan
  bool is_candidate_first = false;
  LaunchRecord baseline, candidate;
  RoundLoad load;
};

/// All that `gate run` or `gate noise` measured; the `actscope.rounds` document.
struct GateMeasurement {
  std::string baseline_command, candidate_command;
  std::int64_t seed = 0;      ///< of the order
  std::int64_t warm_ups = 0;  ///< rounds that came before and were dropped
  EnvironmentRecord environment;
  std::vector<MeasuredMetric> metrics;
  std::vector<MeasuredRound> rounds;
};

/// Adds metrics that are not known yet, in order.
void add_metrics(GateMeasurement& measurement, const std::vector<MeasuredMetric>& metrics);

/// Metrics and values of one process.
struct ReportedValues {
  std::vector<MeasuredMetric> metrics;
  std::map<std::string, double> values;
};

/// All that a run report holds for the gate; `step_time_s` is primary.
ReportedValues values_of_run(const RunRecord& record);

/// A JSON object of named numbers, one level deep. What a name ends in says what it is: `_s`,
/// `_ms`,
/// `_us`, `_ns` a time, `per_s` a throughput; `_bytes`, `_count` and `_instructions` exact;
/// anything else is judged as a time is, less being better. Times and throughputs are primary.
/// null: not measured. Errors  ReportFormatError: no JSON object, empty, something in it that is no
/// number
ReportedValues values_of_numbers(std::string_view text, std::string_view source);

/// What has to be measured next. Metrics that the policy ignores do not count.
TimingStep next_rounds(const GateMeasurement& measurement, const TimingPlan& plan,
                       const GatePolicy& policy, const std::map<std::string, double>& bands);

/// The `actscope.rounds` document.
std::string write_rounds_document(const GateMeasurement& measurement);
/// Errors  ReportFormatError: as validate_document
GateMeasurement read_rounds_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
