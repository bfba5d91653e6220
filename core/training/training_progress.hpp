// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actscope/base/run_record.hpp"

namespace actscope::core {

/// What a run has gathered so far; part of a checkpoint, so that a resumed run reports the whole.
struct TrainingProgress {
  std::int64_t step = 0;
  double elapsed_s = 0;
  double loss_sum = 0;            ///< since the last accuracy point
  std::int64_t correct = 0;       ///< the same
  std::int64_t steps_summed = 0;  ///< the same
  std::vector<AccuracyPoint> accuracy;
  std::vector<double> step_times_s;
};

}  // namespace actscope::core
