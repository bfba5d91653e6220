// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/measured.hpp"
#include "actscope/reports/gate/measurement.hpp"

namespace actscope::reports {

/// How one metric varies where nothing differs.
struct NoiseOfMetric {
  std::string name;
  bool is_primary = false;
  double variation_ratio = 0;  ///< of one round's ratio: its interquartile range over 1.349
  double band_ratio = 0;       ///< 95 of 100 gates without a difference find a middle within
};

/// What a machine's noise lets a gate find; the `actscope.noise` document.
struct NoiseRecord {
  std::string command;
  EnvironmentRecord environment;
  std::string environment_sha256;
  std::int64_t rounds = 0;  ///< measured
  double round_time_s = 0;  ///< median
  TimingPlan plan;          ///< of the gate that the rest is about; its band is the least one
  std::vector<NoiseOfMetric> metrics;
  std::int64_t gates = 0;             ///< drawn from the rounds, without a difference
  std::int64_t false_alarms = 0;      ///< of them
  double false_alarm_rate_high = 0;   ///< at most so many, with 95 % confidence
  Measured<double> detectable_ratio;  ///< the least slowdown of the first primary metric found in
                                      ///< 90 of 100 gates; 1.03 is 3 % slower
  std::vector<std::string> notes;     ///< what disturbed the rounds
};

/// Draws gates from the rounds of one command measured against itself: stretches of four rounds, so
/// that what lasts stays together, each round's two values as baseline and candidate by a coin. The
/// slowdown is a factor on the candidate's values.
/// Requires at least 8 rounds without failures
/// Errors  RunError: there are fewer, or no timing metric
NoiseRecord noise_of(const GateMeasurement& measurement, const TimingPlan& plan,
                     std::uint64_t seed);

/// Noise bands by metric, what the rule takes instead of the plan's where they are wider.
std::map<std::string, double> bands_of(const NoiseRecord& noise);

/// Of what decides how fast a program runs here: processor, cores, memory, system, GPU.
std::string environment_sha256(const EnvironmentRecord& environment);

std::string write_noise_document(const NoiseRecord& noise);
/// Errors  ReportFormatError: as validate_document
NoiseRecord read_noise_document(std::string_view text, std::string_view source);

/// For the terminal.
std::string noise_text(const NoiseRecord& noise);

}  // namespace actscope::reports
