// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/measured.hpp"

namespace actscope {

/// A median of paired rounds with its interval. Absent with a reason where nothing was timed.
struct PairedRatio {
  Measured<double> ratio;
  Measured<double> low;
  Measured<double> high;
};

/// Requires at least one value.
double median_of(std::vector<double> values);

/// Median over rounds of time / base, both of the same round, with the shortest symmetric pair of
/// order statistics that holds the median of the distribution with at least 95 % (a binomial
/// bound: no assumption on the shape of the noise). Under 6 rounds there is no such pair.
///
/// Requires times no longer than base_times; round i of both is the same
PairedRatio paired_ratio(const std::vector<double>& times, const std::vector<double>& base_times);

/// An absent ratio with this reason.
PairedRatio no_ratio(const std::string& reason);

}  // namespace actscope
