// SPDX-License-Identifier: Apache-2.0
#include "gate/learning_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "gate/row.hpp"

namespace actscope::reports {
namespace {

// .80 − .79 is a little more than .01: what falls by just the margin is within it.
constexpr double rounding = 1e-12;

// How much worse the candidate is: in accuracy, or in loss relative to the baseline's.
struct Worsening {
  double mean = 0;
  std::optional<double> half_width;  // of the one-sided bounds; absent: the noise is unknown
  std::string noise;                 // what the half width holds, in words
};

bool is_accuracy(const LearningPair& pair) {
  return pair.baseline.wanted == Wanted::more;
}

double worsening(const LearningPair& pair) {
  const double from = *pair.baseline.value, to = *pair.candidate.value;
  if (is_accuracy(pair)) return from - to;
  if (from == to) return 0;
  if (from == 0) return to > 0 ? 1 : -1;  // any loss is as bad as twice the baseline's
  // Far ends of the range would overflow; what is as far off is beyond every margin anyway.
  return std::clamp((to - from) / std::abs(from), -1e9, 1e9);
}

double binomial_variance(const Metric& metric) {
  return *metric.value * (1 - *metric.value) / static_cast<double>(metric.heldout_samples);
}

Worsening of_one_seed(const LearningPair& pair, double confidence) {
  Worsening result{worsening(pair), {}, "no noise is known from one seed"};
  if (!is_accuracy(pair)) return result;
  if (pair.baseline.heldout_samples <= 0 || pair.candidate.heldout_samples <= 0) return result;
  const double error =
      std::sqrt(binomial_variance(pair.baseline) + binomial_variance(pair.candidate));
  result.half_width = error * boost::math::quantile(boost::math::normal(), confidence);
  result.noise = fmt::format(
      "one seed: ±{:.2f} points are the binomial noise of {} and {} held-out images, without that "
      "between seeds",
      100 * *result.half_width, pair.baseline.heldout_samples, pair.candidate.heldout_samples);
  return result;
}

Worsening over_seeds(std::span<const LearningPair> pairs, double confidence) {
  const auto n = static_cast<double>(pairs.size());
  std::vector<double> differences;
  Worsening result;
  for (const LearningPair& pair : pairs) {
    differences.push_back(worsening(pair));
    result.mean += differences.back() / n;
  }
  double squares = 0;
  for (const double difference : differences) {
    squares += (difference - result.mean) * (difference - result.mean);
  }
  const double error = std::sqrt(squares / (n - 1) / n);
  result.half_width = error * boost::math::quantile(boost::math::students_t(n - 1), confidence);
  result.noise = fmt::format("{} seeds", pairs.size());
  return result;
}

double mean_of(std::span<const LearningPair> pairs, Metric LearningPair::*side) {
  double mean = 0;
  for (const LearningPair& pair : pairs) {
    mean += *(pair.*side).value / static_cast<double>(pairs.size());
  }
  return mean;
}

// The ratio of the means and, by the bounds of the worsening, where it may lie.
void set_ratios(GateRow& row, const Worsening& worse, bool is_accuracy) {
  if (!row.ratio || !worse.half_width) return;
  if (is_accuracy) {
    row.ratio_low = (*row.baseline - worse.mean - *worse.half_width) / *row.baseline;
    row.ratio_high = (*row.baseline - worse.mean + *worse.half_width) / *row.baseline;
  } else if (*row.baseline > 0) {
    row.ratio_low = 1 + worse.mean - *worse.half_width;
    row.ratio_high = 1 + worse.mean + *worse.half_width;
  }
}

std::string amount(double worse, bool is_accuracy) {
  return is_accuracy ? fmt::format("{:.2f} points", 100 * worse)
                     : fmt::format("{:.3g} %", 100 * worse);
}

}  // namespace

GateRow judge_learning(const std::string& name, std::span<const LearningPair> pairs,
                       const GatePolicy& policy) {
  const bool accuracy = is_accuracy(pairs.front());
  Metric from = pairs.front().baseline, to = pairs.front().candidate;
  from.name = to.name = name;
  from.value = mean_of(pairs, &LearningPair::baseline);
  to.value = mean_of(pairs, &LearningPair::candidate);
  GateRow row = row_of(&from, &to);
  const bool is_single = pairs.size() == 1;
  if (std::ranges::all_of(pairs, [](const LearningPair& pair) {
        return *pair.baseline.value == *pair.candidate.value;
      })) {
    decide(row, GateVerdict::same, "equal",
           "equal: " + shown_value(name, row.candidate) + (is_single ? "" : " on every seed"));
    return row;
  }
  const double margin = accuracy ? policy.accuracy_margin_ratio : policy.loss_margin_ratio;
  const double limit = margin + rounding;
  const Worsening worse = is_single ? of_one_seed(pairs.front(), policy.confidence_ratio)
                                    : over_seeds(pairs, policy.confidence_ratio);
  set_ratios(row, worse, accuracy);
  const double high = worse.mean + worse.half_width.value_or(0);
  const double low = worse.mean - worse.half_width.value_or(0);
  const double gain = worse.half_width ? 0 : -margin;  // what has to be passed to have improved
  GateVerdict verdict = GateVerdict::inconclusive;
  std::string reason = "noise_exceeds_margin";
  if (low > limit) {
    verdict = GateVerdict::regressed;
    reason = "beyond_margin";
  } else if (high < gain) {
    verdict = GateVerdict::improved;
    reason = "better_beyond_noise";
  } else if (high <= limit) {
    verdict = GateVerdict::same;
    reason = "within_margin";
  }
  std::string sentence =
      amount(std::abs(worse.mean), accuracy) + (worse.mean > 0 ? " worse" : " better");
  if (worse.half_width) sentence += ", at most " + amount(high, accuracy) + " worse";
  sentence += "; the margin is " + amount(margin, accuracy) + " (" + worse.noise + ")";
  decide(row, verdict, (is_single ? "one_seed_" : "") + reason, sentence);
  return row;
}

}  // namespace actscope::reports
