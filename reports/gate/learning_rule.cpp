// SPDX-License-Identifier: Apache-2.0
#include "gate/learning_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "actscope/reports/statistics/accuracy_interval.hpp"
#include "gate/row.hpp"

namespace actscope::reports {
namespace {

// .80 − .79 is a little more than .01 in floating point; a fall by just the margin is within it.
constexpr double rounding = 1e-12;

// How much worse the candidate is: in accuracy, or in loss relative to the baseline's.
struct Worsening {
  double mean = 0;
  std::optional<Interval>
      bounds;         // one-sided, each at the confidence; absent: the noise is unknown
  std::string noise;  // what they hold, in words
};

bool is_accuracy(const LearningPair& pair) {
  return pair.baseline.wanted == Wanted::more;
}

double worsening(const LearningPair& pair) {
  const double from = *pair.baseline.value, to = *pair.candidate.value;
  if (is_accuracy(pair)) return from - to;
  if (from == to) return 0;
  if (from == 0) return to > 0 ? 1 : -1;  // any loss is as bad as twice the baseline's
  // Clamped, since extreme losses would overflow; such a change is beyond every margin anyway.
  return std::clamp((to - from) / std::abs(from), -1e9, 1e9);
}

bool has_images(const LearningPair& pair) {
  return pair.baseline.heldout_samples > 0 && pair.candidate.heldout_samples > 0;
}

constexpr const char* no_images = "the reports do not say of how many held-out images";

// What the bounds of one seed's accuracies hold, in words.
std::string noise_of_one_seed(const LearningPair& pair, const Worsening& worse) {
  if (!worse.bounds) return fmt::format("one seed, and {}: no noise is known", no_images);
  return fmt::format(
      "one seed: ±{:.2f} points are the noise of {} and {} held-out images, without that between "
      "seeds",
      100 * worse.bounds->half_width(worse.mean), pair.baseline.heldout_samples,
      pair.candidate.heldout_samples);
}

Worsening of_accuracies(std::span<const LearningPair> pairs, double confidence) {
  std::vector<AccuracyPair> accuracies;
  Worsening result;
  for (const LearningPair& pair : pairs) {
    accuracies.push_back({*pair.baseline.value, *pair.candidate.value,
                          pair.baseline.heldout_samples, pair.candidate.heldout_samples});
    result.mean += worsening(pair) / static_cast<double>(pairs.size());
  }
  if (const auto gain = difference_interval(accuracies, confidence)) {
    result.bounds = Interval{-gain->high, -gain->low};
  }
  if (pairs.size() == 1) {
    result.noise = noise_of_one_seed(pairs.front(), result);
  } else if (std::ranges::all_of(pairs, has_images)) {
    std::int64_t fewest = pairs.front().baseline.heldout_samples;
    for (const LearningPair& pair : pairs) {
      fewest = std::min({fewest, pair.baseline.heldout_samples, pair.candidate.heldout_samples});
    }
    result.noise = fmt::format("{} seeds, {} held-out images", pairs.size(), fewest);
  } else {
    result.noise = fmt::format("{} seeds, and {}: {}", pairs.size(), no_images,
                               result.bounds ? "the noise between seeds alone"
                                             : "that seeds agree says nothing of the noise");
  }
  return result;
}

// The noise of a single loss is unknown: it is assumed to be at most the margin, so that a loss
// regresses only beyond twice the margin.
Worsening of_losses(std::span<const LearningPair> pairs, double confidence) {
  std::vector<double> differences;
  Worsening result;
  for (const LearningPair& pair : pairs) {
    differences.push_back(worsening(pair));
    result.mean += differences.back() / static_cast<double>(pairs.size());
  }
  if (const auto half = student_half_width(differences, confidence)) {
    result.bounds = Interval{result.mean - *half, result.mean + *half};
    result.noise = fmt::format("{} seeds", pairs.size());
  } else {
    result.noise = "no noise is known from one seed: as much again as the margin is left open";
  }
  return result;
}

double mean_of(std::span<const LearningPair> pairs, Metric LearningPair::*side) {
  double mean = 0;
  for (const LearningPair& pair : pairs) {
    mean += *(pair.*side).value / static_cast<double>(pairs.size());
  }
  return mean;
}

// Sets the interval of the ratio of the means, from the bounds of the worsening.
void set_ratios(GateRow& row, const Worsening& worse, bool is_accuracy) {
  if (!row.ratio || !worse.bounds) return;
  if (is_accuracy) {
    row.ratio_low = (*row.baseline - worse.bounds->high) / *row.baseline;
    row.ratio_high = (*row.baseline - worse.bounds->low) / *row.baseline;
  } else if (*row.baseline > 0) {
    row.ratio_low = 1 + worse.bounds->low;
    row.ratio_high = 1 + worse.bounds->high;
  }
}

std::string amount(double worse, bool is_accuracy) {
  return is_accuracy ? fmt::format("{:.2f} points", 100 * worse)
                     : fmt::format("{:.3g} %", 100 * worse);
}

// Verdict and reason where the bounds are known.
std::pair<GateVerdict, const char*> by_bounds(const Interval& bounds, double limit) {
  if (bounds.low > limit) return {GateVerdict::regressed, "beyond_margin"};
  if (bounds.high < 0) return {GateVerdict::improved, "better_beyond_noise"};
  if (bounds.high <= limit) return {GateVerdict::same, "within_margin"};
  return {GateVerdict::inconclusive, "noise_exceeds_margin"};
}

// Verdict and reason where the bounds are unknown. An accuracy without its number of images says
// nothing; a loss is compared with the margin and regresses beyond twice the margin.
std::pair<GateVerdict, const char*> without_bounds(double worse, double margin, bool is_accuracy) {
  if (is_accuracy) return {GateVerdict::inconclusive, "noise_unknown"};
  if (worse > 2 * margin + rounding) return {GateVerdict::regressed, "beyond_margin"};
  if (worse > margin + rounding) return {GateVerdict::inconclusive, "noise_unknown"};
  if (worse < -margin) return {GateVerdict::improved, "better_beyond_noise"};
  return {GateVerdict::same, "within_margin"};
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
  const Worsening worse = accuracy ? of_accuracies(pairs, policy.confidence_ratio)
                                   : of_losses(pairs, policy.confidence_ratio);
  set_ratios(row, worse, accuracy);
  const auto [verdict, reason] = worse.bounds ? by_bounds(*worse.bounds, margin + rounding)
                                              : without_bounds(worse.mean, margin, accuracy);
  std::string sentence =
      amount(std::abs(worse.mean), accuracy) + (worse.mean > 0 ? " worse" : " better");
  if (worse.bounds) sentence += ", at most " + amount(worse.bounds->high, accuracy) + " worse";
  sentence += "; the margin is " + amount(margin, accuracy) + " (" + worse.noise + ")";
  decide(row, verdict, std::string(is_single ? "one_seed_" : "") + reason, sentence);
  return row;
}

}  // namespace actscope::reports
