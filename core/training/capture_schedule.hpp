// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/run_record.hpp"

namespace actscope::core {

/// Steps of a run that levels timeline and above record, the first of the process left out where
/// there are others.
inline constexpr std::int64_t traced_steps = 16;

/// A comparison takes compared_pairs pairs of blocks, one with the level on and one without it; a
/// block has compared_block_steps steps.
inline constexpr std::int64_t compared_block_steps = 2;
inline constexpr std::int64_t compared_pairs = 7;

/// The shortest run that measures what its level costs: the first step, the one whose autograd
/// graph is read, the compared ones, and what is left of the traced ones.
inline constexpr std::int64_t shortest_measured_run =
    2 + 2 * compared_pairs * compared_block_steps +
    (traced_steps - 1 - compared_pairs * compared_block_steps);

/// What the tracer does in a step. warm_up: nothing that costs differently from idle, but caches
/// are filled; traced: everything; bare: nothing at all, for comparison; idle: what every further
/// step of a run has.
enum class Capture { warm_up, traced, bare, idle };

/// Which steps of a process are traced, and what that costs them.
///
/// Runs of at least `shortest_measured_run` steps trace as many steps as shorter ones, but not in
/// one row: blocks of two steps with the level and without it take turns, in the order on, off,
/// off, on, so that a drift of the machine falls on both.
class CaptureSchedule {
 public:
  /// What to capture of the next step, which is `step` of `total_steps`.
  Capture begin(std::int64_t step, std::int64_t total_steps);

  /// Whether the step begun is the last of a traced block that is compared: what it left to other
  /// threads has to be waited for, since the next step must not pay for it.
  bool ends_traced_block() const noexcept;

  /// How long the step begun took, tracer and all. Units: seconds.
  void add(double step_s);

  /// What the level cost per step, from blocks that both ended.
  TracerCost cost(const std::string& level) const;

 private:
  bool is_compared() const noexcept;

  bool is_measured_ = false;
  std::int64_t seen_ = 0;   // steps begun
  std::int64_t steps_ = 0;  // that the process could have at its first step
  Capture now_ = Capture::idle;
  std::int64_t added_ = 0;            // compared steps that ended
  std::vector<double> on_s_, off_s_;  // sums of blocks, in order
};

}  // namespace actscope::core
