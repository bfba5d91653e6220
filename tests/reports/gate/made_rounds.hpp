// SPDX-License-Identifier: Apache-2.0
// Measurements that are drawn: rounds of two programs, as `gate run` keeps them.
#pragma once

#include <cmath>
#include <random>

#include "actscope/reports/gate/measurement.hpp"

namespace actscope::reports::test {

/// A measurement of `step_time_s` and `saved_bytes` without rounds.
inline GateMeasurement empty_measurement() {
  GateMeasurement measurement;
  measurement.baseline_command = "./old";
  measurement.candidate_command = "./new";
  measurement.seed = 7;
  measurement.warm_ups = 1;
  measurement.environment.cpu = "a processor";
  measurement.environment.cores = 2;
  measurement.metrics = {{"step_time_s", MetricClass::timing, Wanted::fewer, true, 0},
                         {"saved_bytes", MetricClass::exact, Wanted::fewer, false, 0}};
  return measurement;
}

/// A round whose candidate takes `factor` times as long.
inline MeasuredRound drawn_round(std::mt19937_64& random, std::int64_t batch, double factor,
                                 double variation, double saved_bytes = 100) {
  std::normal_distribution<double> noise(0, variation);
  MeasuredRound round;
  round.batch = batch;
  round.is_candidate_first = (random() & 1) != 0;
  round.baseline.values = {{"step_time_s", std::exp(noise(random))}, {"saved_bytes", 100}};
  round.candidate.values = {{"step_time_s", factor * std::exp(noise(random))},
                            {"saved_bytes", saved_bytes}};
  round.load.elapsed_s = 2;
  return round;
}

inline GateMeasurement drawn_measurement(double factor, std::int64_t first, std::int64_t second,
                                         double variation = 0.005, double saved_bytes = 100) {
  std::mt19937_64 random(5);
  GateMeasurement measurement = empty_measurement();
  for (std::int64_t i = 0; i < first + second; ++i) {
    measurement.rounds.push_back(
        drawn_round(random, i < first ? 0 : 1, factor, variation, saved_bytes));
  }
  return measurement;
}

}  // namespace actscope::reports::test
