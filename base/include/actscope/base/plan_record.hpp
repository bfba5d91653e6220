// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/environment_record.hpp"
#include "actscope/base/run_config.hpp"

namespace actscope {

/// One way of keeping a block, as measured on one block of the model at its batch.
struct PlanCandidate {
  std::string name;                           ///< "int4-bsr", "exact, h dropped", …
  std::vector<std::string> slots;             ///< "h=int4", where it differs from scheme exact
  std::vector<std::string> operands;          ///< "dW1=bsr:16:0.8"
  std::int64_t saved_bytes = 0;               ///< byte model, exact
  std::int64_t forward_transient_bytes = 0;   ///< highest above the start of forward, saved and all
  std::int64_t backward_transient_bytes = 0;  ///< highest above the start of backward
  double time_s = 0;                          ///< forward and backward, the least of the rounds
  /// ‖dW − exact dW‖ / ‖exact dW‖ over the weights of the block, on random activations.
  double gradient_error_ratio = 0;
};

/// What a whole step is predicted to take under one assignment.
struct PlanEstimate {
  std::int64_t saved_bytes = 0;
  std::int64_t peak_bytes = 0;
  double blocks_time_s = 0;         ///< of all blocks; the rest of a step is the same for each
  double gradient_error_ratio = 0;  ///< mean over blocks
};

/// A preset for every block, beside the plan.
struct PlanPreset {
  std::string name;
  PlanEstimate estimate;
  bool is_allowed = false;  ///< fits the budget and the bound on the gradient error
};

/// What a trial of a few steps under the plan measured.
struct PlanTrial {
  std::int64_t peak_bytes = 0;
  double step_time_s = 0;
};

/// A store for every slot of every block under a budget; `run --plan` obeys it.
struct PlanRecord {
  RunConfig config;  ///< model, batch and machine that it is for; its scheme and overrides
  std::int64_t budget_bytes = 0;
  std::optional<double> max_gradient_error_ratio;
  /// A block that loses all of its gradient counts this share of its time more.
  double error_weight_ratio = 0.25;
  EnvironmentRecord environment;
  std::vector<std::string> layers;  ///< for each block the name of its candidate
  PlanEstimate estimate;
  std::int64_t least_budget_bytes = 0;    ///< below it no assignment fits, as predicted
  std::int64_t reserve_bytes = 0;         ///< by which trials exceeded the prediction
  std::optional<PlanTrial> trial;         ///< absent: not tried
  std::vector<PlanCandidate> candidates;  ///< in the order of measurement
  std::vector<PlanPreset> presets;
};

}  // namespace actscope
