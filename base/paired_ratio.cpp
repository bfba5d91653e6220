// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/paired_ratio.hpp"

#include <algorithm>
#include <cmath>

#include "actscope/base/order_statistics.hpp"

namespace actscope {
namespace {

constexpr double confidence = 0.95;

// The largest k with P(k <= B <= n - k) >= confidence for B ~ Binomial(n, 1/2), or -1: the k-th
// smallest and largest values (from 0) then enclose the median with that confidence.
int tail_rank(int n) {
  int best = -1;
  double outside = 0;  // P(B < k) of one side
  double term = std::pow(0.5, n);
  for (int k = 1; 2 * k <= n; ++k) {
    outside += term;
    if (1 - 2 * outside < confidence) break;
    best = k - 1;
    term *= static_cast<double>(n - k + 1) / k;
  }
  return best;
}

}  // namespace

double median_of(std::vector<double> values) {
  return median_in(values);
}

PairedRatio paired_ratio(const std::vector<double>& times, const std::vector<double>& base_times) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < times.size(); ++i) ratios.push_back(times[i] / base_times[i]);
  std::ranges::sort(ratios);
  PairedRatio result;
  result.ratio = Measured<double>::of(median_of(ratios));
  const int rank = tail_rank(static_cast<int>(ratios.size()));
  if (rank < 0) {
    result.low = result.high =
        Measured<double>::missing(std::to_string(ratios.size()) + " rounds, 6 give an interval");
  } else {
    result.low = Measured<double>::of(ratios[static_cast<std::size_t>(rank)]);
    result.high = Measured<double>::of(ratios[ratios.size() - 1 - static_cast<std::size_t>(rank)]);
  }
  return result;
}

PairedRatio no_ratio(const std::string& reason) {
  const auto none = Measured<double>::missing(reason);
  return {none, none, none};
}

}  // namespace actscope
