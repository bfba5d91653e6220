// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/steps.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <random>

#include "actscope/base/paired_ratio.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t orders = 4999;  // random orders that a split is held against
constexpr double share_of_whole =
    0.8;  // of the false alarms: the whole series; the rest: stretches
constexpr std::size_t most_compared = 200;  // values of a level next to a step

// Midranks less their mean, by their deviation; empty where all values are equal.
std::vector<double> rank_scores(std::span<const double> values) {
  const std::size_t n = values.size();
  std::vector<std::size_t> place(n);
  std::iota(place.begin(), place.end(), std::size_t{0});
  std::ranges::sort(place, [&](std::size_t a, std::size_t b) {
    return values[a] != values[b] ? values[a] < values[b] : a < b;
  });
  std::vector<double> scores(n);
  double squares = 0;
  for (std::size_t i = 0; i < n;) {
    std::size_t end = i + 1;
    while (end < n && values[place[end]] == values[place[i]]) ++end;
    const double rank = static_cast<double>(i + end) / 2 - static_cast<double>(n) / 2;
    for (; i < end; ++i) scores[place[i]] = rank;
  }
  for (const double score : scores) squares += score * score;
  if (squares == 0) return {};
  const double deviation = std::sqrt(squares / static_cast<double>(n));
  for (double& score : scores) score /= deviation;
  return scores;
}

struct Stretch {
  std::size_t begin = 0, end = 0;
};

struct Split {
  double height = 0;  // of the difference of mean scores, in deviations
  std::size_t at = 0;
};

// The largest difference of mean scores between two neighboring parts of any of the stretches.
class Scan {
 public:
  explicit Scan(std::size_t count) : sums_(count + 1), inverse_(count + 1) {
    for (std::size_t i = 1; i <= count; ++i) inverse_[i] = 1 / static_cast<double>(i);
  }

  Split highest(std::span<const double> scores, std::span<const Stretch> stretches) {
    for (std::size_t i = 0; i < scores.size(); ++i) sums_[i + 1] = sums_[i] + scores[i];
    Split best;
    for (const Stretch& stretch : stretches) {
      for (std::size_t at = stretch.begin + fewest_beside; at + fewest_beside <= stretch.end;
           ++at) {
        const double left = inverse_[at - stretch.begin], right = inverse_[stretch.end - at];
        const double difference =
            (sums_[stretch.end] - sums_[at]) * right - (sums_[at] - sums_[stretch.begin]) * left;
        const double square = difference * difference / (left + right);
        // Of splits that are equal but for rounding the first.
        if (square > best.height * (1 + 1e-12)) best = {square, at};
      }
    }
    return best;
  }

  // Of every split of the whole, by its place; 0 where a part would be too short.
  std::vector<double> heights(std::span<const double> scores) {
    std::vector<double> heights(scores.size(), 0.0);
    double sum = 0;
    for (std::size_t at = 1; at < scores.size(); ++at) {
      sum += scores[at - 1];
      const double left = inverse_[at], right = inverse_[scores.size() - at];
      const double difference = -sum * right - sum * left;  // all scores together are 0
      if (at >= fewest_beside && at + fewest_beside <= scores.size()) {
        heights[at] = difference * difference / (left + right);
      }
    }
    return heights;
  }

 private:
  std::vector<double> sums_, inverse_;
};

// Halves, quarters, … of the series, each overlapping the next by half.
std::vector<Stretch> shorter_stretches(std::size_t count) {
  std::vector<Stretch> stretches;
  for (std::size_t length = (count + 1) / 2; length >= 2 * fewest_beside;
       length = (length + 1) / 2) {
    const std::size_t stride = (length + 1) / 2;
    for (std::size_t begin = 0; begin + length <= count; begin += stride) {
      stretches.push_back({begin, begin + length});
    }
    if (stretches.back().end < count) stretches.push_back({count - length, count});
  }
  return stretches;
}

// The split, if fewer random orders of the same scores than `rate` of them have one as high.
std::optional<std::size_t> significant_split(const std::vector<double>& scores,
                                             std::span<const Stretch> stretches, double rate) {
  if (stretches.empty()) return std::nullopt;
  Scan scan(scores.size());
  const Split found = scan.highest(scores, stretches);
  if (found.at == 0) return std::nullopt;
  const double allowed = rate * static_cast<double>(orders + 1) - 1;
  std::vector<double> shuffled = scores;
  std::mt19937_64 random(scores.size());
  double as_high = 0;
  for (std::size_t order = 0; order < orders; ++order) {
    for (std::size_t i = shuffled.size() - 1; i > 0; --i) {
      std::swap(shuffled[i], shuffled[static_cast<std::size_t>(random() % (i + 1))]);
    }
    // Rounding differs between orders: what is equal but for it counts as high.
    if (scan.highest(shuffled, stretches).height < found.height * (1 - 1e-9)) continue;
    if (++as_high > allowed) return std::nullopt;
  }
  return found.at;
}

void split_up(std::span<const double> values, std::size_t begin, std::size_t end, double rate,
              std::vector<std::size_t>& places) {
  const std::size_t count = end - begin;
  if (count < fewest_values) return;
  const std::vector<double> scores = rank_scores(values.subspan(begin, count));
  if (scores.empty()) return;
  const Stretch whole[] = {{0, count}};
  auto at = significant_split(scores, whole, share_of_whole * rate);
  if (!at) at = significant_split(scores, shorter_stretches(count), (1 - share_of_whole) * rate);
  if (!at) return;
  split_up(values, begin, begin + *at, rate, places);
  places.push_back(begin + *at);
  split_up(values, begin + *at, end, rate, places);
}

std::size_t before(const std::vector<std::size_t>& places, std::size_t i) {
  return i == 0 ? 0 : places[i - 1];
}
std::size_t behind(const std::vector<std::size_t>& places, std::size_t i, std::size_t count) {
  return i + 1 < places.size() ? places[i + 1] : count;
}

// Looks for each split once more between its neighbors, which were not known when it was found.
void refine(std::span<const double> values, std::vector<std::size_t>& places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::size_t begin = before(places, i), end = behind(places, i, values.size());
    const std::vector<double> scores = rank_scores(values.subspan(begin, end - begin));
    if (scores.empty()) continue;
    const Stretch whole[] = {{0, scores.size()}};
    const Split best = Scan(scores.size()).highest(scores, whole);
    if (best.at > 0) places[i] = begin + best.at;
  }
}

// The splits that fit nearly as well as the best one, the first and the last.
Stretch places_of(std::span<const double> values, const std::vector<std::size_t>& places,
                  std::size_t i, double confidence) {
  const std::size_t begin = before(places, i), end = behind(places, i, values.size());
  const std::vector<double> scores = rank_scores(values.subspan(begin, end - begin));
  if (scores.empty()) return {places[i], places[i]};
  const double count = static_cast<double>(scores.size());
  // Twice the logarithm of the likelihood, but for a constant: what the split leaves of the
  // squares.
  const auto likelihood = [&](double height) {
    return -count * std::log(std::max(1 - height / count, 1e-12));
  };
  const double fall = -2 * std::log(1 - std::sqrt(confidence));
  Scan scan(scores.size());
  const std::vector<double> heights = scan.heights(scores);
  const double best = likelihood(heights[places[i] - begin]);
  Stretch found{places[i], places[i]};
  for (std::size_t at = fewest_beside; at + fewest_beside <= scores.size(); ++at) {
    if (best - likelihood(heights[at]) > fall) continue;
    found.begin = std::min(found.begin, begin + at);
    found.end = std::max(found.end, begin + at);
  }
  return found;
}

double deviations_of(std::span<const double> values) {
  const double middle = median_of({values.begin(), values.end()});
  double sum = 0;
  for (const double value : values) sum += std::abs(value - middle);
  return sum;
}

// Of the splits that fit nearly as well by ranks the one with the least absolute deviations from
// the medians of both parts. Ranks alone favor the middle: where noise wanders, the highest values
// before a step up have ranks as those behind it.
std::size_t closest_fit(std::span<const double> values, const std::vector<std::size_t>& places,
                        std::size_t i, const Stretch& among) {
  const std::size_t begin =
      std::max(before(places, i), among.begin - std::min(among.begin, most_compared));
  const std::size_t end = std::min(behind(places, i, values.size()), among.end + most_compared);
  std::size_t best = places[i];
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t at = among.begin; at <= among.end; ++at) {
    const double sum = deviations_of(values.subspan(begin, at - begin)) +
                       deviations_of(values.subspan(at, end - at));
    // Of splits that are equal but for rounding the first.
    if (sum >= least * (1 - 1e-12)) continue;
    least = sum;
    best = at;
  }
  return best;
}

Shift shift_at(std::span<const double> values, const std::vector<std::size_t>& places,
               std::size_t i, std::size_t at, double confidence) {
  const std::size_t begin = std::max(before(places, i), at - std::min(at, most_compared));
  const std::size_t end = std::min(behind(places, i, values.size()), at + most_compared);
  return shift_between(values.subspan(begin, at - begin), values.subspan(at, end - at), confidence);
}

}  // namespace

std::vector<FoundStep> find_steps(std::span<const double> values, double least_shift,
                                  const StepRule& rule) {
  std::vector<std::size_t> places;
  split_up(values, 0, values.size(), rule.false_alarm_ratio, places);
  refine(values, places);
  while (true) {
    std::vector<FoundStep> steps;
    std::optional<std::size_t> smallest;  // of those that are too small
    for (std::size_t i = 0; i < places.size(); ++i) {
      const Stretch place = places_of(values, places, i, rule.confidence_ratio);
      const std::size_t at = closest_fit(values, places, i, place);
      const Shift shift = shift_at(values, places, i, at, rule.confidence_ratio);
      steps.push_back({at, place.begin, place.end, shift});
      if (shift.low > least_shift || shift.high < -least_shift) continue;
      if (!smallest || std::abs(shift.middle) < std::abs(steps[*smallest].shift.middle))
        smallest = i;
    }
    if (!smallest) return steps;
    places.erase(places.begin() + static_cast<std::ptrdiff_t>(*smallest));
  }
}

std::vector<FoundStep> find_changes(std::span<const double> values) {
  std::vector<FoundStep> steps;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] == values[i - 1]) continue;
    const double shift = values[i] - values[i - 1];
    steps.push_back({i, i, i, {shift, shift, shift}});
  }
  return steps;
}

}  // namespace actscope::reports
