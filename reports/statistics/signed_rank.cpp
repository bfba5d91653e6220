// SPDX-License-Identifier: Apache-2.0
#include "statistics/signed_rank.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>

#include "actscope/base/order_statistics.hpp"

namespace actscope::reports {
namespace {

// Twice the ranks, which are whole where ties share their mean rank.
struct Ranks {
  std::vector<std::int64_t> doubled;
  std::int64_t doubled_positive = 0;  // sum of what is above 0
  double tie_term = 0;                // sum of t³ − t over groups of t equal ones
};

Ranks ranks_of(std::vector<double> differences) {
  std::ranges::sort(differences, [](double a, double b) { return std::abs(a) < std::abs(b); });
  Ranks ranks;
  for (std::size_t first = 0; first < differences.size();) {
    std::size_t end = first + 1;
    while (end < differences.size() && std::abs(differences[end]) == std::abs(differences[first])) {
      ++end;
    }
    const auto doubled = static_cast<std::int64_t>(first + end + 1);  // mean of first + 1 … end
    const auto equal = static_cast<double>(end - first);
    ranks.tie_term += equal * equal * equal - equal;
    for (; first < end; ++first) {
      ranks.doubled.push_back(doubled);
      if (differences[first] > 0) ranks.doubled_positive += doubled;
    }
  }
  return ranks;
}

// The chance of every sum of doubled ranks, each taken with the chance of one half.
std::vector<double> chances_of_sums(std::span<const std::int64_t> doubled) {
  std::vector<double> chances = {1};
  for (const std::int64_t rank : doubled) {
    const auto step = static_cast<std::size_t>(rank);
    std::vector<double> next(chances.size() + step, 0.0);
    for (std::size_t sum = 0; sum < chances.size(); ++sum) {
      next[sum] += chances[sum] / 2;
      next[sum + step] += chances[sum] / 2;
    }
    chances = std::move(next);
  }
  return chances;
}

// The same for the ranks 2, 4, … 2·count, which a thousand metrics without ties ask for.
const std::vector<double>& chances_without_ties(std::size_t count) {
  thread_local std::map<std::size_t, std::vector<double>> known;
  const auto place = known.find(count);
  if (place != known.end()) return place->second;
  std::vector<std::int64_t> doubled(count);
  for (std::size_t i = 0; i < count; ++i) doubled[i] = static_cast<std::int64_t>(2 * (i + 1));
  return known[count] = chances_of_sums(doubled);
}

void set_exact(SignedRank& test, const Ranks& ranks) {
  const bool has_ties = ranks.tie_term > 0;
  const std::vector<double> own = has_ties ? chances_of_sums(ranks.doubled) : std::vector<double>();
  const std::vector<double>& chances = has_ties ? own : chances_without_ties(ranks.doubled.size());
  const auto at = static_cast<std::size_t>(ranks.doubled_positive);
  const auto sum = [&](std::size_t first, std::size_t end) {
    return std::min(1.0, std::accumulate(chances.begin() + static_cast<std::ptrdiff_t>(first),
                                         chances.begin() + static_cast<std::ptrdiff_t>(end), 0.0));
  };
  test.p_less = sum(0, at + 1);
  test.p_greater = sum(at, chances.size());
}

// Mean and standard deviation of the sum of positive ranks.
struct Moments {
  double mean = 0, deviation = 0;
};

Moments moments_of(std::size_t count, double tie_term) {
  const auto n = static_cast<double>(count);
  return {n * (n + 1) / 4, std::sqrt(n * (n + 1) * (2 * n + 1) / 24 - tie_term / 48)};
}

void set_normal(SignedRank& test, const Ranks& ranks) {
  const Moments moments = moments_of(test.used, ranks.tie_term);
  const boost::math::normal normal;
  const double above = (test.statistic - moments.mean - 0.5) / moments.deviation;
  const double below = (test.statistic - moments.mean + 0.5) / moments.deviation;
  test.p_greater = boost::math::cdf(boost::math::complement(normal, above));
  test.p_less = boost::math::cdf(normal, below);
}

// The largest k with a chance of at most `tail` that the sum of `count` ranks without ties is at
// most k; absent: not even 0 is that rare.
std::optional<std::size_t> tail_rank_of_sums(std::size_t count, double tail) {
  if (count > most_exact_ranks) {
    const Moments moments = moments_of(count, 0);
    const double z = boost::math::quantile(boost::math::normal(), tail);
    return static_cast<std::size_t>(std::floor(moments.mean + z * moments.deviation - 0.5));
  }
  const std::vector<double>& chances = chances_without_ties(count);  // of doubled sums
  double sum = 0;
  std::size_t sums = 0;
  while (2 * sums < chances.size() && (sum += chances[2 * sums]) <= tail) ++sums;
  if (sums == 0) return std::nullopt;
  return sums - 1;
}

std::optional<std::size_t> known_tail_rank(std::size_t count, double tail) {
  thread_local std::map<std::pair<std::size_t, double>, std::optional<std::size_t>> known;
  const std::pair key(count, tail);
  const auto place = known.find(key);
  if (place != known.end()) return place->second;
  return known[key] = tail_rank_of_sums(count, tail);
}

// How many means of two sorted values are at most `limit`.
std::size_t means_up_to(const std::vector<double>& sorted, double limit) {
  std::size_t count = 0, end = sorted.size();
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    while (end > 0 && (sorted[i] + sorted[end - 1]) / 2 > limit) --end;
    if (end <= i) break;
    count += end - i;
  }
  return count;
}

// The n-th smallest mean of two values (from 0), to the last bits, without making all means.
double nth_mean(const std::vector<double>& sorted, std::size_t n) {
  double low = sorted.front(), high = sorted.back();
  for (int step = 0; step < 100 && low < high; ++step) {
    const double middle = low + (high - low) / 2;
    if (middle <= low && step > 0) break;
    if (means_up_to(sorted, middle) > n) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return high;
}

ShiftEstimate shift_of_many(std::span<const double> values, double confidence) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t means = sorted.size() * (sorted.size() + 1) / 2;
  ShiftEstimate shift;
  shift.estimate = (nth_mean(sorted, (means - 1) / 2) + nth_mean(sorted, means / 2)) / 2;
  if (const auto rank = known_tail_rank(sorted.size(), 1 - confidence)) {
    shift.low = nth_mean(sorted, *rank);
    shift.high = nth_mean(sorted, means - 1 - *rank);
  }
  return shift;
}

}  // namespace

SignedRank signed_rank_test(std::span<const double> differences) {
  std::vector<double> used;
  std::ranges::copy_if(differences, std::back_inserter(used), [](double d) { return d != 0; });
  SignedRank test;
  test.used = used.size();
  if (used.empty()) return test;
  const Ranks ranks = ranks_of(std::move(used));
  test.statistic = static_cast<double>(ranks.doubled_positive) / 2;
  test.is_exact = test.used <= most_exact_ranks;
  if (test.is_exact) {
    set_exact(test, ranks);
  } else {
    set_normal(test, ranks);
  }
  return test;
}

ShiftEstimate hodges_lehmann(std::span<const double> values, double confidence) {
  if (values.size() > most_exact_ranks) return shift_of_many(values, confidence);
  std::vector<double> means;
  means.reserve(values.size() * (values.size() + 1) / 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = i; j < values.size(); ++j) means.push_back((values[i] + values[j]) / 2);
  }
  ShiftEstimate shift;
  shift.estimate = median_in(means);
  if (const auto rank = known_tail_rank(values.size(), 1 - confidence)) {
    shift.low = nth_smallest(means, *rank);
    shift.high = nth_smallest(means, means.size() - 1 - *rank);
  }
  return shift;
}

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double p = p_values[order[i]] * static_cast<double>(order.size() - i);
    largest = std::max(largest, std::min(1.0, p));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

}  // namespace actscope::reports
