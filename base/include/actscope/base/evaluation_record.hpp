// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/environment_record.hpp"
#include "actscope/base/measured.hpp"
#include "actscope/base/run_config.hpp"

namespace actscope {

/// What an evaluation of weights on held-out images found.
struct EvaluationRecord {
  bool is_interrupted = false;  ///< the figures then cover the images before the interruption
  RunConfig config;             ///< model, data, weights and machine
  EnvironmentRecord environment;
  std::int64_t samples = 0;  ///< images that were read
  std::int64_t correct = 0;
  Measured<double> loss;                         ///< mean cross entropy without smoothing
  Measured<double> accuracy_ratio;               ///< absent where a logit is not finite
  std::optional<std::int64_t> first_non_finite;  ///< index of the image
  std::vector<std::string> skipped;              ///< image files that could not be read
};

}  // namespace actscope
