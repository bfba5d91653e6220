// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/environment_record.hpp"
#include "actscope/base/paired_ratio.hpp"
#include "actscope/base/run_record.hpp"

namespace actscope {

/// Whether a figure keeps its goal: its whole interval does (met), none of it does (missed), or a
/// part (undecided). none: there is no goal.
enum class GoalVerdict { none, met, missed, undecided };

/// "none", "met", "missed", "undecided".
const char* name_of(GoalVerdict verdict);

/// Judges a figure that is to be at most `goal`; an absent bound is the figure itself.
GoalVerdict judged(const PairedRatio& figure, const Measured<double>& goal);

/// What one scope, or the observation of one operator, costs the thread that runs it.
struct TracerCallCost {
  std::string name;  ///< scope_off, operator_scope, layer_scope, allocation, …
  std::string what;  ///< a sentence
  std::int64_t samples = 0;
  PairedRatio time_ns;  ///< median over rounds less an empty loop, with its interval
  Measured<double> goal_ns;
  GoalVerdict verdict = GoalVerdict::none;
};

/// level: one of ours; rival: another tool on the same steps.
enum class TracerKind { level, rival };

/// "level", "rival".
const char* name_of(TracerKind kind);

/// What a trace level, or a rival, costs the steps of a program.
struct TracerStepCost {
  std::string name;  ///< ledger, ledger_step, timeline, audit, cupti, libtorch-profiler, …
  TracerKind kind = TracerKind::level;
  std::string what;
  std::int64_t samples = 0;  ///< rounds
  double step_time_s = 0;
  double off_step_time_s = 0;  ///< of the same rounds
  PairedRatio ratio;
  Measured<double> goal_ratio;
  GoalVerdict verdict = GoalVerdict::none;
};

/// What a stored event takes.
struct TracerFileSize {
  std::string name;
  TracerKind kind = TracerKind::level;
  std::int64_t bytes = 0;
  std::int64_t events = 0;
  double bytes_per_event = 0;
  Measured<double> goal_bytes;
  GoalVerdict verdict = GoalVerdict::none;
};

/// All that determines what is measured.
struct TracerSettings {
  std::string model = "resmlp";
  std::int64_t dim = 64;  ///< these four: of model resmlp alone
  std::int64_t depth = 4;
  std::int64_t patch = 4;
  std::int64_t image_size = 28;
  std::string scheme = "dense";
  std::int64_t batch = 128;
  std::int64_t steps = 6;  ///< timed in each round, 1 to 14
  std::int64_t rounds = 11;
  std::int64_t threads = 0;
  std::int64_t seed = 0;
  std::string device = "cpu";
};

/// All that `actscope bench tracer` leaves; `reports` writes it as an `actscope.tracer` document.
struct TracerBenchRecord {
  RunStatus status = RunStatus::completed;
  std::string status_reason;  ///< empty where completed
  EnvironmentRecord environment;
  TracerSettings settings;
  std::vector<TracerCallCost> calls;
  std::vector<TracerStepCost> steps;
  std::vector<TracerFileSize> files;
};

}  // namespace actscope
