// SPDX-License-Identifier: Apache-2.0
// Times that are drawn: rounds of two programs on a machine with stated noise.
#pragma once

#include <cmath>
#include <random>
#include <string>

#include "gate/timing_rule.hpp"

namespace actscope::reports::test {

/// Draws one process: 1 second times noise, and sometimes far more.
inline double drawn_time(std::mt19937_64& random, double variation, double outlier_share = 0) {
  std::normal_distribution<double> noise(0, variation);
  double time = std::exp(noise(random));
  if (std::uniform_real_distribution<double>(0, 1)(random) < outlier_share) time *= 1.5;
  return time;
}

/// A metric whose candidate takes `factor` times as long.
inline TimedMetric drawn_metric(std::mt19937_64& random, const std::string& name, bool is_primary,
                                double factor, double variation, std::size_t first,
                                std::size_t second, double outlier_share = 0) {
  TimedMetric metric;
  metric.name = name;
  metric.is_primary = is_primary;
  const std::size_t counts[] = {first, second};
  for (std::size_t batch = 0; batch < 2; ++batch) {
    for (std::size_t i = 0; i < counts[batch]; ++i) {
      metric.batches[batch].baseline.push_back(drawn_time(random, variation, outlier_share));
      metric.batches[batch].candidate.push_back(factor *
                                                drawn_time(random, variation, outlier_share));
    }
  }
  return metric;
}

}  // namespace actscope::reports::test
