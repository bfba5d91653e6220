// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace actscope::reports {

/// Where a figure lies: below `low` and above `high` with the chance 1 − confidence each.
struct Interval {
  double low = 0, high = 0;
  /// What "±" says: the farther end.
  double half_width(double around) const {
    return high - around > around - low ? high - around : around - low;
  }
};

/// Confidence of each end of what is shown with "±": both together hold 95 %.
inline constexpr double shown_confidence = 0.975;

/// The share of right answers that an image not seen may have, by the images alone.
///
/// Exact (C. J. Clopper and E. S. Pearson, Biometrika 26, 1934) up to a million images, beyond that
/// E. B. Wilson's score interval: neither is of no width where every answer was right.
/// Requires images > 0, confidence in (.5, 1); a ratio outside [0, 1] counts as its end
Interval accuracy_interval(double ratio, std::int64_t images, double confidence);

/// Held-out accuracies of one seed in two arms. Images behind each; 0: unknown.
struct AccuracyPair {
  double from = 0, to = 0;
  std::int64_t from_images = 0, to_images = 0;
};

/// Where the mean of to − from over seeds lies. Absent where the noise is unknown: one seed without
/// counts, or seeds without counts that all differ by the same.
///
/// One seed: the exact limits of the two accuracies, their distances from them added in squares
/// (R. G. Newcombe, Statistics in Medicine 17, 1998, 873-890). That takes the two for independent:
/// too wide where both arms are right on the same images, as they mostly are.
/// Several seeds: Student's t over the differences, with bounds one image farther, because
/// accuracies are whole counts. To it the noise of the images that all seeds share is added in
/// squares: the exact limits of the share |difference| of them. That is the least that two arms
/// with this difference can disagree; the rest shows between the seeds. Where the arms have
/// different numbers of images the noise of one seed is added instead.
/// Requires confidence in (.5, 1), of each end
/// Source   docs/decisions/0046
std::optional<Interval> difference_interval(std::span<const AccuracyPair> seeds, double confidence);

/// Where the mean of one accuracy over seeds lies: Student's over the seeds and the images, added
/// in squares. `images` 0: unknown, then absent for one seed and for equal ones.
std::optional<Interval> mean_accuracy_interval(std::span<const double> ratios, std::int64_t images,
                                               double confidence);

/// mean ± Student's half width over values that are no counts. Absent below two values.
std::optional<double> student_half_width(std::span<const double> values, double confidence);

}  // namespace actscope::reports
