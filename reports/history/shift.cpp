// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "actscope/base/order_statistics.hpp"
#include "actscope/reports/history/steps.hpp"

namespace actscope::reports {
namespace {

// Pairs up to which the distribution of U is summed and not approximated.
constexpr std::size_t most_exact_pairs = 400;

// P(U = u) of Mann and Whitney for m and n values, u from 0 to m·n. Whether the largest of all is
// one of the m or of the n gives what smaller samples have; only sums of positive terms.
std::vector<double> u_distribution(std::size_t m, std::size_t n) {
  std::vector<std::vector<double>> row(n + 1, std::vector<double>{1});  // of 0 and j values
  for (std::size_t i = 1; i <= m; ++i) {
    std::vector<std::vector<double>> next(n + 1);
    next[0] = {1};
    for (std::size_t j = 1; j <= n; ++j) {
      std::vector<double> chance(i * j + 1, 0.0);
      const double total = static_cast<double>(i + j);
      const double of_m = static_cast<double>(i) / total, of_n = static_cast<double>(j) / total;
      for (std::size_t u = 0; u < row[j].size(); ++u) chance[u + j] += of_m * row[j][u];
      for (std::size_t u = 0; u < next[j - 1].size(); ++u) chance[u] += of_n * next[j - 1][u];
      next[j] = std::move(chance);
    }
    row = std::move(next);
  }
  return row[n];
}

// z with P(Z > z) = tail, by halving: exact enough, and the same everywhere.
double normal_quantile(double tail) {
  double low = 0, high = 10;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::sqrt(2.0)) / 2 > tail ? low : high) = middle;
  }
  return high;
}

// How many of the ordered differences lie outside of the interval at each end.
std::size_t left_out_at_each_end(std::size_t m, std::size_t n, double tail) {
  if (m * n <= most_exact_pairs) {
    const std::vector<double> chance = u_distribution(m, n);
    double sum = 0;
    std::size_t count = 0;
    while (count < chance.size() && (sum += chance[count]) <= tail) ++count;
    return count == 0 ? 0 : count - 1;
  }
  const double pairs = static_cast<double>(m * n);
  const double deviation = std::sqrt(pairs * static_cast<double>(m + n + 1) / 12);
  return static_cast<std::size_t>(
      std::max(0.0, std::floor(pairs / 2 - 0.5 - normal_quantile(tail) * deviation)));
}

}  // namespace

Shift shift_between(std::span<const double> before, std::span<const double> after,
                    double confidence_ratio) {
  std::vector<double> differences;
  differences.reserve(before.size() * after.size());
  for (const double from : before) {
    for (const double to : after) differences.push_back(to - from);
  }
  const std::size_t outside =
      left_out_at_each_end(before.size(), after.size(), (1 - confidence_ratio) / 2);
  Shift shift;
  shift.middle = median_in(differences);
  shift.low = nth_smallest(differences, outside);
  shift.high = nth_smallest(differences, differences.size() - 1 - outside);
  return shift;
}

}  // namespace actscope::reports
