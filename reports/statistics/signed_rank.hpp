// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace actscope::reports {

/// The most differences whose null distribution is computed; beyond, a normal one with corrections
/// for ties and continuity stands in for it.
inline constexpr std::size_t most_exact_ranks = 120;

/// Wilcoxon's signed-rank test of differences whose signs are random where there is no effect.
struct SignedRank {
  std::size_t used = 0;  ///< differences that are not 0; those say nothing and are left out
  double statistic = 0;  ///< sum of the ranks of what is above 0; ties share their mean rank
  double p_greater = 1;  ///< chance of a sum as large or larger
  double p_less = 1;     ///< chance of a sum as small or smaller
  bool is_exact = true;  ///< up to most_exact_ranks differences
};

/// The distribution is that of the given ranks, ties and all, every sign being a fair coin: what
/// holds where labels were drawn by a coin, whatever the noise is and however it lasts.
/// Requires finite differences
/// Cost     used³ additions
/// Source   F. Wilcoxon, Biometrics Bulletin 1, 1945
SignedRank signed_rank_test(std::span<const double> differences);

/// A middle and where it lies; `low` and `high` absent: too few values for the confidence.
struct ShiftEstimate {
  double estimate = 0;
  std::optional<double> low, high;
};

/// The median of all means of two (Hodges and Lehmann) with the interval that inverts the
/// signed-rank test: it lies below `low` and above `high` with at most the chance 1 − confidence
/// each. Ties make it wider, never narrower.
/// Requires at least one value, all finite; confidence in (.5, 1), of each end
/// Cost     values² / 2
/// Source   J. L. Hodges, E. L. Lehmann, Annals of Mathematical Statistics 34, 1963
ShiftEstimate hodges_lehmann(std::span<const double> values, double confidence);

/// Holm's adjusted p: rejecting what is at or below a level errs in the whole family with at most
/// that chance, whatever the tests have to do with each other.
/// Source   S. Holm, Scandinavian Journal of Statistics 6, 1979
std::vector<double> holm_adjusted(std::span<const double> p_values);

}  // namespace actscope::reports
