// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/statistics/accuracy_interval.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <vector>

namespace actscope::reports {
namespace {

constexpr std::int64_t most_exact_images = 1'000'000;

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

Interval exact_interval(double right, double images, double confidence) {
  const double wrong = images - right, chance = 1 - confidence;
  Interval interval{0, 1};
  if (right > 0) interval.low = boost::math::ibeta_inv(right, wrong + 1, chance);
  if (wrong > 0) interval.high = boost::math::ibeta_inv(right + 1, wrong, confidence);
  return interval;
}

Interval score_interval(double ratio, double images, double confidence) {
  const double z = boost::math::quantile(boost::math::normal(), confidence);
  const double weight = z * z / images;
  const double middle = (ratio + weight / 2) / (1 + weight);
  const double half = std::sqrt(ratio * (1 - ratio) * weight + weight * weight / 4) / (1 + weight);
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

// Two intervals of independent causes, by their distances from the middle.
Interval joined(double middle, double below_1, double below_2, double above_1, double above_2) {
  return {middle - std::hypot(below_1, below_2), middle + std::hypot(above_1, above_2)};
}

// Bounds of to − from, by two samples of images taken for independent.
Interval of_two_samples(const AccuracyPair& pair, double confidence) {
  const Interval from = accuracy_interval(pair.from, pair.from_images, confidence);
  const Interval to = accuracy_interval(pair.to, pair.to_images, confidence);
  return joined(pair.to - pair.from, pair.to - to.low, from.high - pair.from, to.high - pair.to,
                pair.from - from.low);
}

// Bounds of a difference on images that both arms saw, if they disagree no more than they must.
Interval of_shared_images(double difference, std::int64_t images, double confidence) {
  const Interval share = accuracy_interval(std::abs(difference), images, confidence);
  if (difference == 0) return {-share.high, share.high};
  if (difference > 0) return share;
  return {-share.high, -share.low};
}

}  // namespace

Interval accuracy_interval(double ratio, std::int64_t images, double confidence) {
  const double share = std::clamp(ratio, 0.0, 1.0);
  const auto count = static_cast<double>(images);
  return images <= most_exact_images ? exact_interval(share * count, count, confidence)
                                     : score_interval(share, count, confidence);
}

std::optional<double> student_half_width(std::span<const double> values, double confidence) {
  if (values.size() < 2) return std::nullopt;
  const double mean = mean_of(values), count = static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const boost::math::students_t distribution(count - 1);
  return std::sqrt(squares / (count - 1) / count) * boost::math::quantile(distribution, confidence);
}

std::optional<Interval> difference_interval(std::span<const AccuracyPair> seeds,
                                            double confidence) {
  const auto is_finite = [](const AccuracyPair& seed) {
    return std::isfinite(seed.from) && std::isfinite(seed.to);
  };
  if (seeds.empty() || !std::ranges::all_of(seeds, is_finite)) return std::nullopt;
  AccuracyPair mean{0, 0, seeds[0].from_images, seeds[0].to_images};
  std::vector<double> differences;
  for (const AccuracyPair& seed : seeds) {
    differences.push_back(seed.to - seed.from);
    mean.from += seed.from / static_cast<double>(seeds.size());
    mean.to += seed.to / static_cast<double>(seeds.size());
    mean.from_images = std::min(mean.from_images, seed.from_images);
    mean.to_images = std::min(mean.to_images, seed.to_images);
  }
  const std::int64_t images = std::min(mean.from_images, mean.to_images);
  const auto between = student_half_width(differences, confidence);
  if (!between) return images > 0 ? std::optional(of_two_samples(mean, confidence)) : std::nullopt;
  const double middle = mean_of(differences);
  if (images <= 0) {
    if (!(*between > 0)) return std::nullopt;
    return Interval{middle - *between, middle + *between};
  }
  const Interval by_images = mean.from_images == mean.to_images
                                 ? of_shared_images(middle, images, confidence)
                                 : of_two_samples(mean, confidence);
  const double spread = *between + 1 / static_cast<double>(images);
  return joined(middle, spread, middle - by_images.low, spread, by_images.high - middle);
}

std::optional<Interval> mean_accuracy_interval(std::span<const double> ratios, std::int64_t images,
                                               double confidence) {
  if (ratios.empty()) return std::nullopt;
  const double middle = mean_of(ratios);
  const auto between = student_half_width(ratios, confidence);
  if (images <= 0) {
    if (!between || !(*between > 0)) return std::nullopt;
    return Interval{std::max(0.0, middle - *between), std::min(1.0, middle + *between)};
  }
  const Interval by_images = accuracy_interval(middle, images, confidence);
  if (!between) return by_images;
  const double spread = *between + 1 / static_cast<double>(images);
  const Interval both =
      joined(middle, spread, middle - by_images.low, spread, by_images.high - middle);
  return Interval{std::max(0.0, both.low), std::min(1.0, both.high)};
}

}  // namespace actscope::reports
