// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "actscope/base/plan_record.hpp"
#include "actscope/base/progress.hpp"

namespace actscope::core {

/// What a plan is asked for.
struct PlanRequest {
  RunConfig config;  ///< model, data (for its shape), batch, machine, block and sparsity
  std::int64_t budget_bytes = 0;  ///< for the peak of a training step
  /// Ways of keeping a block whose weight gradients differ by more are not taken; absent: all are.
  std::optional<double> max_gradient_error_ratio;
  /// A block that loses all of its gradient counts this share of its time more.
  double error_weight = 0.25;
  std::int64_t rounds = 3;  ///< of calibration, from 1
  std::int64_t trials = 4;  ///< trainings of a few steps that check the peak; 0: none
};

/// Where planning reports to, and what it asks, while it goes; all may be empty.
struct PlanHooks {
  ProgressSink* progress = nullptr;
  std::function<bool()> stop_requested;
};

/// Chooses a store for every slot of every block: the least predicted step time, plus a penalty for
/// gradient error, whose predicted peak is within the budget, and which is predicted no slower than
/// the fastest allowed preset. One block is measured every way first (time, transients, gradient
/// error); what is kept comes from the byte model. Trials of three steps on synthetic images then
/// measure the peak; where one exceeds the budget the plan is made again with the difference in
/// reserve.
///
/// Returns  absent where stopped. A record without layers where nothing fits: least_budget_bytes
///          says what would
/// Errors   ConfigError: a value out of range, as validate_run_config;
///          BackendNotBuilt, DeviceError;
///          c10::Error where one block at this batch does not fit the machine
std::optional<PlanRecord> make_plan(const PlanRequest& request, const PlanHooks& hooks);

}  // namespace actscope::core
