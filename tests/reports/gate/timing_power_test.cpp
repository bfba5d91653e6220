// SPDX-License-Identifier: Apache-2.0
// How often the timing rule is wrong and how often it finds what is there, simulated with fixed
// seeds: a gate asks for rounds until its verdicts stand, as `gate run` does.
#include <gtest/gtest.h>

#include <algorithm>

#include "gate/made_times.hpp"

namespace actscope::reports::test {
namespace {

struct Simulated {
  bool has_regression = false;
  std::int64_t rounds = 0;
};

struct Machine {
  double variation = 0.02;  // of one process
  double outlier_share = 0;
  double drift = 0;  // a slow wave that both processes of a round share
  int others = 0;    // metrics beside the primary one
};

// Both sides of a round share what lasts; a coin says which is which.
void add_round(std::mt19937_64& random, std::vector<TimedMetric>& metrics, std::size_t batch,
               double factor, const Machine& machine, std::int64_t round) {
  const double shared = std::exp(machine.drift * std::sin(0.4 * static_cast<double>(round)));
  for (TimedMetric& metric : metrics) {
    double one = shared * drawn_time(random, machine.variation, machine.outlier_share);
    double two = shared * (1 + 0.02 * machine.drift) *  // the second process of a round is slower
                 drawn_time(random, machine.variation, machine.outlier_share);
    if ((random() & 1) != 0) std::swap(one, two);
    metric.batches[batch].baseline.push_back(one);
    metric.batches[batch].candidate.push_back((metric.is_primary ? factor : 1) * two);
  }
}

Simulated simulate(std::mt19937_64& random, double factor, const Machine& machine,
                   const TimingPlan& plan) {
  std::vector<TimedMetric> metrics(static_cast<std::size_t>(machine.others) + 1);
  metrics[0].is_primary = true;
  Simulated result;
  while (true) {
    const TimingVerdicts verdicts = judge_times(metrics, plan);
    if (verdicts.next.rounds == 0) {
      result.has_regression = std::ranges::any_of(verdicts.metrics, [](const auto& metric) {
        return metric.verdict == GateVerdict::regressed;
      });
      return result;
    }
    for (std::int64_t i = 0; i < verdicts.next.rounds; ++i) {
      add_round(random, metrics, verdicts.next.batch, factor, machine, result.rounds++);
    }
    EXPECT_LE(result.rounds, plan.rounds);
  }
}

int regressions(int gates, double factor, const Machine& machine, const TimingPlan& plan) {
  std::mt19937_64 random(20261201);
  int found = 0;
  for (int i = 0; i < gates; ++i) {
    found += static_cast<int>(simulate(random, factor, machine, plan).has_regression);
  }
  return found;
}

TEST(TimingPower, NoFalseAlarmIn299GatesOver100Metrics) {
  EXPECT_EQ(regressions(299, 1, {.variation = 0.02, .others = 99}, {}), 0);
}

TEST(TimingPower, NoFalseAlarmOnAMachineWithOutliersAndDrift) {
  const Machine machine{.variation = 0.05, .outlier_share = 0.2, .drift = 0.2, .others = 20};
  EXPECT_EQ(regressions(299, 1, machine, {}), 0);
}

// Without a noise band nothing but the levels holds the rule back: their bound is .001.
TEST(TimingPower, WithoutABandFalseAlarmsStayWithinTheBound) {
  TimingPlan plan;
  plan.band_ratio = 0;
  const int gates = 2000;
  const int alarms = regressions(gates, 1, {.variation = 0.05, .others = 4}, plan);
  EXPECT_LE(alarms, 6);  // the bound is 2; more than 6 come by chance in 1 of 200
}

TEST(TimingPower, FindsFivePerCentWithinThirtyRounds) {
  TimingPlan plan;
  plan.rounds = 30;
  EXPECT_GE(regressions(500, 1.05, {.variation = 0.02}, plan), 495);
}

TEST(TimingPower, FindsThreePerCentWithinFortyRounds) {
  EXPECT_GE(regressions(500, 1.03, {.variation = 0.02}, {}), 450);
}

TEST(TimingPower, FindsThemAmongAHundredMetrics) {
  EXPECT_GE(regressions(100, 1.05, {.variation = 0.02, .others = 99}, {}), 99);
  EXPECT_GE(regressions(100, 1.03, {.variation = 0.02, .others = 99}, {}), 85);
}

}  // namespace
}  // namespace actscope::reports::test
