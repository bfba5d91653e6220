// SPDX-License-Identifier: Apache-2.0
// What ResMLP-S12 keeps for the backward pass under each scheme, without allocating it.
#include <cstdio>

#include "actscope/base/units.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "actscope/core/training/run_setup.hpp"

int main() {
  actscope::RunConfig config;
  config.model = "resmlp_s12";
  config.batch = 128;
  std::printf("ResMLP-S12, 128 images of 224 px, float32\n");
  std::int64_t dense_bytes = 0;
  for (const std::string& scheme : actscope::core::preset_names()) {
    config.scheme = scheme;
    const actscope::FootprintTotals totals = actscope::core::footprint_of(config).totals;
    dense_bytes = totals.dense_saved_bytes;
    std::printf("  %-11s %9s  %s fewer\n", scheme.c_str(),
                actscope::format_bytes(totals.saved_bytes).c_str(),
                actscope::format_factor(static_cast<double>(dense_bytes),
                                        static_cast<double>(totals.saved_bytes))
                    .c_str());
  }
  return dense_bytes > 0 ? 0 : 1;
}
