// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "measure.hpp"

namespace actscope::bench {
namespace {

constexpr double sample_s = 0.02;
constexpr double slow_s = 1;
constexpr std::int64_t slow_rounds = 6;  // the fewest that give an interval
constexpr double most_calls = 200;

double seconds_of(const Timed& timed, std::int64_t calls, Stopwatch& stopwatch) {
  stopwatch.start();
  for (std::int64_t i = 0; i < calls; ++i) timed.run();
  return stopwatch.stop() / static_cast<double>(calls);
}

}  // namespace

bool time_rounds(std::vector<Timed>& all, Stopwatch& stopwatch, const Rounds& rounds) {
  std::vector<double> once;
  for (const Timed& timed : all) {
    timed.run();
    once.push_back(seconds_of(timed, 1, stopwatch));
  }
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 random(static_cast<std::uint64_t>(rounds.seed));
  for (std::int64_t round = 0; round < rounds.count; ++round) {
    if (rounds.is_stop_requested()) return false;
    std::ranges::shuffle(order, random);
    for (const std::size_t i : order) {
      const bool is_slow = once[i] > slow_s;
      if (is_slow && round >= slow_rounds) continue;
      if (!is_slow) all[i].run();
      const double calls = std::ceil(sample_s / std::max(once[i], 1e-9));
      const auto count = static_cast<std::int64_t>(std::clamp(calls, 1.0, most_calls));
      all[i].before_sample();
      all[i].times_s.push_back(seconds_of(all[i], count, stopwatch));
      all[i].after_sample(count);
    }
  }
  return true;
}

}  // namespace actscope::bench
