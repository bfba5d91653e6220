// SPDX-License-Identifier: Apache-2.0
#include "training/capture_schedule.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t first_compared = 2;  // after the warm-up and the step of the graph
constexpr std::int64_t compared_steps = 2 * compared_pairs * compared_block_steps;

// Whether a block of steps is traced: on, off, off, on, …
bool is_block_traced(std::int64_t block) {
  return (block % 2 == 0) == (block / 2 % 2 == 0);
}

std::vector<double> first_of(std::vector<double> values, std::size_t count, double divisor) {
  values.resize(count);
  for (double& value : values) value /= divisor;
  return values;
}

}  // namespace

Capture CaptureSchedule::begin(std::int64_t step, std::int64_t total_steps) {
  if (seen_ == 0) {
    steps_ = total_steps - step;
    is_measured_ = steps_ >= shortest_measured_run;
  }
  const std::int64_t now = seen_++;
  if (now == 0 && step + 1 < total_steps) return now_ = Capture::warm_up;
  if (is_compared()) {
    const bool is_on = is_block_traced((now - first_compared) / compared_block_steps);
    return now_ = is_on ? Capture::traced : Capture::bare;
  }
  const std::int64_t last = is_measured_ ? shortest_measured_run - 1 : traced_steps;
  return now_ = now <= last ? Capture::traced : Capture::idle;
}

// Whether the step begun is compared.
bool CaptureSchedule::is_compared() const noexcept {
  const std::int64_t place = seen_ - 1 - first_compared;
  return is_measured_ && place >= 0 && place < compared_steps;
}

bool CaptureSchedule::ends_traced_block() const noexcept {
  return is_compared() && now_ == Capture::traced &&
         (seen_ - first_compared) % compared_block_steps == 0;
}

void CaptureSchedule::add(double step_s) {
  if (!is_compared()) return;
  std::vector<double>& sums = now_ == Capture::traced ? on_s_ : off_s_;
  if ((seen_ - 1 - first_compared) % compared_block_steps == 0) {
    sums.push_back(step_s);
  } else {
    sums.back() += step_s;
  }
  ++added_;
}

TracerCost CaptureSchedule::cost(const std::string& level) const {
  TracerCost cost;
  cost.level = level;
  const std::int64_t pairs = added_ / (2 * compared_block_steps);
  std::string why;
  if (level == "off") {
    why = "trace level is off";
  } else if (!is_measured_) {
    why = "a run of " + std::to_string(shortest_measured_run) + " steps or more measures it";
  } else if (pairs == 0) {
    why = "the run ended before a step with the level was followed by one without";
  }
  if (!why.empty()) {
    cost.ratio = no_ratio(why);
    cost.on_step_s = cost.off_step_s = Measured<double>::missing(why);
    return cost;
  }
  constexpr auto steps = static_cast<double>(compared_block_steps);
  const auto on_s = first_of(on_s_, static_cast<std::size_t>(pairs), steps);
  const auto off_s = first_of(off_s_, static_cast<std::size_t>(pairs), steps);
  cost.samples = pairs;
  cost.ratio = paired_ratio(on_s, off_s);
  cost.on_step_s = Measured<double>::of(median_of(on_s));
  cost.off_step_s = Measured<double>::of(median_of(off_s));
  return cost;
}

}  // namespace actscope::core
