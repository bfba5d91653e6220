// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace actscope::core {

/// Cosine with linear warm-up: rises over the first warmup_ratio of the steps, then falls along
/// half a cosine to 1 % of the peak.
/// Requires 0 <= step < total_steps
double learning_rate_at(std::int64_t step, std::int64_t total_steps, double peak,
                        double warmup_ratio);

}  // namespace actscope::core
