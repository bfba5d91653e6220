// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace actscope::reports {

/// How times are judged: how many rounds, and which errors are allowed.
///
/// A round is one process of the baseline and one of the candidate, in drawn order. Rounds come in
/// two batches. The first is looked at several times; each look may spend a part of the level
/// (Pocock's function as K. K. G. Lan and D. L. DeMets wrote it, Biometrika 70, 1983), so that all
/// looks together err no more often than it says. What the first batch finds slower has to be found
/// again by the second, whose draws are new: a false alarm needs both. The second is looked at
/// twice, with half of its level each.
struct TimingPlan {
  std::int64_t rounds = 40;          ///< of both batches, at most
  double primary_level = 0.05;       ///< of the first batch, for all primary metrics together
  double other_level = 0.05;         ///< the same for all others
  double confirmation_level = 0.01;  ///< of the second batch, for each of the two families
  double confidence_ratio = 0.95;    ///< of each end of the intervals
  double band_ratio = 0.01;          ///< changes within it are noise, significant or not
};

/// What is to be measured next: `rounds` more of batch 0 or 1; none: the verdicts stand.
struct TimingStep {
  std::size_t batch = 0;
  std::int64_t rounds = 0;
};

/// Fewer rounds could not confirm anything.
inline constexpr std::int64_t least_rounds = 20;
inline constexpr std::int64_t most_rounds = 2000;
/// The first look: eight equal signs are as rare as 1 in 256.
inline constexpr std::int64_t first_look_rounds = 8;

/// After how many rounds of the first batch it is looked at; the last is its end, three fifths of
/// all rounds.
/// Requires rounds in [least_rounds, most_rounds]
std::vector<std::int64_t> looks_of(const TimingPlan& plan);

/// What look number `look` (from 0) may spend of `level`. All looks together spend the level.
double level_of_look(const TimingPlan& plan, std::size_t look, double level);

/// After how many rounds of the second batch it is looked at, where the first ended at a look at
/// `looked_at`: half as many, but enough for the larger family of `suspects`; then all that the
/// plan has left.
std::vector<std::int64_t> confirmation_looks(const TimingPlan& plan, std::int64_t looked_at,
                                             std::int64_t suspects);

/// What each look at the second batch may spend.
double level_of_confirmation(const TimingPlan& plan);

/// The most gates without any difference that may end in a regression: the sum over the two
/// families of first level times second.
double false_alarm_bound(const TimingPlan& plan);

}  // namespace actscope::reports
