// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/timing_plan.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "actscope/base/check.hpp"

namespace actscope::reports {
namespace {

constexpr std::int64_t most_looks = 4;

double spent(double level, double share) {
  return level * std::log1p((std::numbers::e - 1) * share);
}

}  // namespace

std::vector<std::int64_t> looks_of(const TimingPlan& plan) {
  ACTSCOPE_REQUIRES(plan.rounds >= least_rounds && plan.rounds <= most_rounds);
  const std::int64_t end = 3 * plan.rounds / 5;
  std::vector<std::int64_t> looks;
  for (std::int64_t look = 1; look <= most_looks; ++look) {
    const std::int64_t rounds =
        std::max(first_look_rounds, (end * look + most_looks - 1) / most_looks);
    if (looks.empty() || rounds > looks.back()) looks.push_back(rounds);
  }
  return looks;
}

double level_of_look(const TimingPlan& plan, std::size_t look, double level) {
  const std::vector<std::int64_t> looks = looks_of(plan);
  ACTSCOPE_REQUIRES(look < looks.size());
  const auto end = static_cast<double>(looks.back());
  const double before = look == 0 ? 0 : spent(level, static_cast<double>(looks[look - 1]) / end);
  return spent(level, static_cast<double>(looks[look]) / end) - before;
}

std::vector<std::int64_t> confirmation_looks(const TimingPlan& plan, std::int64_t looked_at,
                                             std::int64_t suspects) {
  const auto family = static_cast<double>(std::max<std::int64_t>(suspects, 1));
  const double coins = std::log2(family / level_of_confirmation(plan));
  const std::int64_t left = plan.rounds - looked_at;
  const std::int64_t first =
      std::min(std::max((looked_at + 1) / 2, static_cast<std::int64_t>(std::ceil(coins))), left);
  if (first == left) return {left};
  return {first, left};
}

double level_of_confirmation(const TimingPlan& plan) {
  return plan.confirmation_level / 2;
}

double false_alarm_bound(const TimingPlan& plan) {
  return (plan.primary_level + plan.other_level) * plan.confirmation_level;
}

}  // namespace actscope::reports
