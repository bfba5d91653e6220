// SPDX-License-Identifier: Apache-2.0
// What a user of the installed package writes first.
#include <cstdint>
#include <cstdio>

#include "actscope/base/run_config.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/panel_layout.hpp"
#include "actscope/reports/format/output_format.hpp"
#include "actscope/reports/run/rendering.hpp"
#ifdef CONSUMER_HAS_CORE
#include <ATen/ATen.h>

#include "actscope/core/layers/saved_tensor.hpp"
#endif

int main() {
  const actscope::kernels::PanelLayout layout(1, 128, 384, {16, 16, 0.75});
  std::printf("%s keeps %lld of %lld blocks\n",
              actscope::kernels::describe(actscope::kernels::Backend::cpu).c_str(),
              static_cast<long long>(layout.kept_blocks()),
              static_cast<long long>(layout.total_blocks()));
  if (layout.kept_blocks() != 48) return 1;
  if (actscope::reports::render_runs({}, actscope::reports::Format::text).empty()) return 1;
  const auto geometry = actscope::core::published_geometry("resmlp_s12");
  if (actscope::core::parameter_count(geometry) != 15350872) return 1;
  actscope::RunConfig config;
  config.model = "resmlp_s12";
  config.scheme = "int4";
  config.batch = 1;
  const std::int64_t int4 = actscope::core::footprint_of(config).totals.saved_bytes;
  config.scheme = "dense";
  const std::int64_t dense = actscope::core::footprint_of(config).totals.saved_bytes;
  if (int4 <= 0 || int4 * 10 > dense) return 1;
#ifdef CONSUMER_HAS_CORE
  const at::Tensor values = at::ones({4, 64});
  const actscope::core::SavedTensor kept(values, "int8");
  if (kept.bytes() >= 4 * 64 * 4 || !kept.tensor().equal(values)) return 1;
#endif
  return 0;
}
