// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace actscope::reports {

/// Below so many values no step is looked for in noise: fewer could not show one at the stated rate
/// of false alarms.
inline constexpr std::size_t fewest_values = 12;
/// Values that a level has at least.
inline constexpr std::size_t fewest_beside = 4;

/// When a change counts.
struct StepRule {
  double false_alarm_ratio = 0.005;  ///< chance that a series of nothing but noise gets a step
  double least_change_ratio = 0.01;  ///< the interval of a change lies wholly beyond it
  double confidence_ratio = 0.95;    ///< of that interval
};

/// How far values lie above others: the median of all differences, and where the true shift lies.
struct Shift {
  double low = 0, middle = 0, high = 0;
};

/// A change of level in a row of values.
struct FoundStep {
  std::size_t at = 0;  ///< the first value behind it
  /// Where the first value behind it may be instead, at the confidence of the rule; both included.
  std::size_t earliest = 0, latest = 0;
  Shift shift;  ///< of the level behind over the one before
};

/// Changes of level in noise, in order. `least_shift` is the least change in units of the values.
///
/// Looks for the split with the largest difference of mean ranks, in the whole series and in
/// shorter stretches of it, and holds it against 4,999 random orders of the same values: no
/// distribution is assumed, an outlier counts as one rank, and equal values share theirs. Both
/// parts are then searched again. Of a step that was found, the interval of the shift (Hodges and
/// Lehmann, by the order statistics of all differences) has to lie wholly beyond `least_shift`.
///
/// Its place is uncertain by as many values as fit nearly as well, by the likelihood of ranks:
/// twice its logarithm falls by at most c, (1 - exp(-c / 2))² being the confidence. Among those it
/// begins where the absolute deviations from the medians of both parts are least.
///
/// Requires finite values, ratios of `rule` in (0, 1), least_shift >= 0
/// Cost     about 5,000 passes over the values for every step; none below fewest_values
/// Effects  deterministic: the same values give the same steps on every machine
/// Source   docs/decisions/0069; H. B. Mann and D. R. Whitney, Ann. Math. Stat. 18 (1947);
///          J. L. Hodges and E. L. Lehmann, Ann. Math. Stat. 34 (1963); the stretches are those of
///          S. Kovács et al., Biometrika 110 (2023); c: D. Siegmund, Int. Stat. Rev. 56 (1988)
std::vector<FoundStep> find_steps(std::span<const double> values, double least_shift,
                                  const StepRule& rule);

/// Every place where a value differs from the one before: for figures without noise.
std::vector<FoundStep> find_changes(std::span<const double> values);

/// How far `after` lies above `before`, with an interval by the order statistics of all
/// differences. Requires values on both sides; for an interval of .95 at least four on each
Shift shift_between(std::span<const double> before, std::span<const double> after,
                    double confidence_ratio);

}  // namespace actscope::reports
