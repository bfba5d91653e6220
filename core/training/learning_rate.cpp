// SPDX-License-Identifier: Apache-2.0
#include "training/learning_rate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace actscope::core {

double learning_rate_at(std::int64_t step, std::int64_t total_steps, double peak,
                        double warmup_ratio) {
  constexpr double floor_ratio = 0.01;
  const auto warmup =
      static_cast<std::int64_t>(std::ceil(warmup_ratio * static_cast<double>(total_steps)));
  if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup);
  const double rest = static_cast<double>(std::max<std::int64_t>(1, total_steps - warmup));
  const double share = static_cast<double>(step - warmup) / rest;
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * share));
  return peak * (floor_ratio + (1 - floor_ratio) * cosine);
}

}  // namespace actscope::core
