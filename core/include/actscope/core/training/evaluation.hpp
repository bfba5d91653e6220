// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "actscope/base/evaluation_record.hpp"
#include "actscope/base/progress.hpp"
#include "actscope/base/run_config.hpp"

namespace actscope::core {

/// What a model says of one held-out image.
struct Prediction {
  std::int64_t index = 0;  ///< of the image in the held-out part
  std::int64_t label = 0;
  std::int64_t predicted = 0;     ///< the class with the largest logit, the first of equal ones
  std::span<const float> logits;  ///< [classes]; read it before the callback returns
};

struct EvaluationHooks {
  ProgressSink* progress = nullptr;                      ///< may be null
  std::function<bool()> stop_requested;                  ///< asked after every batch; may be empty
  std::function<void(const Prediction&)> on_prediction;  ///< in order of index; may be empty
};

/// Evaluates the weights of config.weights on the held-out part of config.data. The images of a
/// batch do not see each other: batch and threads change times, and logits by rounding only.
///
/// Effects  writes nothing
/// Errors   ConfigError: no weights, or as validate_run_config; DataError: data or weights, or more
///          images that cannot be read than config.max_corrupt_share of all
EvaluationRecord evaluate(const RunConfig& config, const EvaluationHooks& hooks);

}  // namespace actscope::core
