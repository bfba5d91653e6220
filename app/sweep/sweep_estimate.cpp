// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep_estimate.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "actscope/base/error.hpp"
#include "engine.hpp"
#include "sweep/point.hpp"

namespace actscope::app {
namespace {

constexpr std::int64_t trial_steps = 6;

bool is_to_run(const SweepPointRecord& point) {
  return point.status == PointStatus::pending;
}

}  // namespace

std::string planned_points(const std::vector<SweepPointRecord>& points) {
  std::ostringstream text;
  text << std::left << std::setw(14) << "id" << std::setw(10) << "role" << std::setw(10) << "status"
       << "point\n";
  for (const SweepPointRecord& point : points) {
    text << std::setw(14) << point.id << std::setw(10) << name_of(point.role) << std::setw(10)
         << name_of(point.status) << sweep::point_title(point.config);
    if (!point.reason.empty()) text << ": " << point.reason;
    text << "\n";
  }
  return text.str();
}

double estimated_seconds(const std::vector<SweepPointRecord>& points, std::int64_t workers) {
  const auto first = std::ranges::find_if(points, is_to_run);
  if (first == points.end()) return 0;
  RunConfig trial = first->config;
  trial.scheme = "dense";
  trial.slot_overrides.clear();
  trial.operand_overrides.clear();
  trial.steps = trial_steps;
  trial.heldout_samples = trial.batch;
  trial.checkpoint_every = 0;
  trial.trace = "off";
  const RunRecord record = engine().train(trial, {});
  if (!record.summary.step_time_s.value) throw RunError(record.status_reason);
  double seconds = 0;
  for (const SweepPointRecord& point : points) {
    if (!is_to_run(point)) continue;
    const RunConfig& config = point.config;
    const std::int64_t steps =
        config.steps > 0 ? config.steps : config.epochs * (record.train_samples / config.batch);
    seconds += static_cast<double>(steps) * *record.summary.step_time_s.value;
  }
  return seconds / static_cast<double>(std::max<std::int64_t>(1, workers));
}

}  // namespace actscope::app
