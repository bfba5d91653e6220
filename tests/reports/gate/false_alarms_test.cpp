// SPDX-License-Identifier: Apache-2.0
// How often the gate is wrong about accuracy: exactly for one seed, simulated for several. A
// candidate that is worse by the margin itself shall be called regressed in at most 5 %, and a real
// loss be found.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "gate/learning_rule.hpp"

namespace actscope::reports::test {
namespace {

constexpr double stated = 0.05;  // 1 − confidence of the policy

GateRow judge(std::span<const std::pair<double, double>> accuracies, std::int64_t images) {
  std::vector<LearningPair> pairs(accuracies.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (Metric* metric : {&pairs[i].baseline, &pairs[i].candidate}) {
      metric->kind = MetricClass::learning;
      metric->wanted = Wanted::more;
      metric->heldout_samples = images;
    }
    pairs[i].baseline.value = accuracies[i].first;
    pairs[i].candidate.value = accuracies[i].second;
  }
  return judge_learning("heldout_accuracy_ratio", pairs, {});
}

std::vector<double> binomial(int images, double chance) {
  std::vector<double> weights;
  for (int right = 0; right <= images; ++right) {
    const double ways =
        std::lgamma(images + 1.0) - std::lgamma(right + 1.0) - std::lgamma(images - right + 1.0);
    const double rights = right == 0 ? 0 : right * std::log(chance);
    const double wrongs = right == images ? 0 : (images - right) * std::log1p(-chance);
    weights.push_back(std::exp(ways + rights + wrongs));
  }
  return weights;
}

// Every outcome of two arms that are right by chance, each on its own: nothing is drawn.
TEST(FalseAlarms, OfOneSeedAreAtMostAsStatedExactly) {
  constexpr double margin = 0.01;
  for (const int images : {1, 2, 3, 4, 5, 8, 16, 32, 64}) {
    std::vector<std::pair<int, int>> alarms;
    for (int from = 0; from <= images; ++from) {
      for (int to = 0; to < from; ++to) {
        const std::pair<double, double> seed(static_cast<double>(from) / images,
                                             static_cast<double>(to) / images);
        if (judge({&seed, 1}, images).verdict == GateVerdict::regressed) {
          alarms.emplace_back(from, to);
        }
      }
    }
    for (int i = 0; i <= 40; ++i) {
      const double chance = margin + (1 - margin) * i / 40;
      const auto baseline = binomial(images, chance), candidate = binomial(images, chance - margin);
      double sum = 0;
      for (const auto& [from, to] : alarms) {
        sum += baseline[static_cast<std::size_t>(from)] * candidate[static_cast<std::size_t>(to)];
      }
      EXPECT_LE(sum, stated) << images << " images, accuracy " << chance;
    }
  }
}

// Images that are easy or hard for both arms. The candidate is worse on all by a little, or loses
// definite ones.
struct World {
  int images;
  double accuracy;
  double loss = 0;  // of the candidate, on average over images
  bool is_definite = false;
  double agreement = 0;  // 0: every image is as hard; 1: each is right always or never
};

struct Rates {
  double regressed = 0, improved = 0, same = 0;
};

Rates simulate(const World& world, int seeds, int trials, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> unit;
  Rates rates;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> baseline, candidate;
    for (int i = 0; i < world.images; ++i) {
      const double side = unit(random) < world.accuracy ? 1 : 0;
      const double chance = world.accuracy + world.agreement * (side - world.accuracy);
      const double share = world.loss / world.accuracy;
      const bool is_lost = world.is_definite && unit(random) < share;
      baseline.push_back(chance);
      candidate.push_back(is_lost ? 0 : world.is_definite ? chance : chance * (1 - share));
    }
    std::vector<std::pair<double, double>> accuracies;
    for (int s = 0; s < seeds; ++s) {
      int from = 0, to = 0;
      for (std::size_t i = 0; i < baseline.size(); ++i) {
        from += unit(random) < baseline[i] ? 1 : 0;
        to += unit(random) < candidate[i] ? 1 : 0;
      }
      accuracies.emplace_back(static_cast<double>(from) / world.images,
                              static_cast<double>(to) / world.images);
    }
    const GateVerdict verdict = judge(accuracies, world.images).verdict;
    rates.regressed += verdict == GateVerdict::regressed ? 1.0 / trials : 0;
    rates.improved += verdict == GateVerdict::improved ? 1.0 / trials : 0;
    rates.same += verdict == GateVerdict::same ? 1.0 / trials : 0;
  }
  return rates;
}

// Where the true rate is `stated`, the measured one stays below this in all but one of 1000
// simulations.
double allowed(int trials) {
  return stated + 3.1 * std::sqrt(stated * (1 - stated) / trials);
}

TEST(FalseAlarms, OfSeveralSeedsAreAtMostAsStated) {
  for (const int images : {4, 32, 300}) {
    const int trials = images > 100 ? 600 : 1500;
    for (const int seeds : {2, 3, 6}) {
      for (const double accuracy : {0.6, 0.9}) {
        for (const bool is_definite : {false, true}) {
          for (const double agreement : {0.0, 0.9}) {
            const World world{images, accuracy, 0.01, is_definite, agreement};
            EXPECT_LE(simulate(world, seeds, trials, 7).regressed, allowed(trials))
                << images << " images, " << seeds << " seeds, accuracy " << accuracy << ", "
                << is_definite << ", " << agreement;
          }
        }
      }
    }
  }
}

TEST(FalseAlarms, AgainstItselfFewRegressOrImprove) {
  for (const int images : {8, 300}) {
    for (const int seeds : {1, 3}) {
      const Rates rates = simulate({images, 0.8}, seeds, 800, 9);
      EXPECT_LE(rates.regressed, stated) << images << " images, " << seeds << " seeds";
      EXPECT_LE(rates.improved, allowed(800)) << images << " images, " << seeds << " seeds";
    }
  }
}

TEST(FalseAlarms, RealLossesAreFound) {
  EXPECT_GE(simulate({3000, 0.85, 0.04, true, 0.5}, 3, 200, 11).regressed, 0.95);
  EXPECT_GE(simulate({3000, 0.85, 0.05, false, 0.5}, 1, 200, 12).regressed, 0.9);
  EXPECT_GE(simulate({32, 0.9, 0.5, true, 0.5}, 3, 200, 13).regressed, 0.9);
}

TEST(FalseAlarms, WhatIsEqualOnManyImagesIsTheSame) {
  EXPECT_GE(simulate({5000, 0.9, 0, false, 0.95}, 5, 100, 14).same, 0.95);
}

}  // namespace
}  // namespace actscope::reports::test
