// SPDX-License-Identifier: Apache-2.0
#include "scheme/block_values.hpp"

namespace actscope::core {

CodedPanel coded_panel(const kernels::PanelLayout& layout, kernels::CodeBits bits,
                       std::int64_t panel) {
  if (layout.panels() == 0 || panel == 0) return {};
  if (kernels::counts_follow_data(layout.spec().select)) {
    const std::int64_t elements = layout.kept_blocks() * layout.block_elements();
    return {kernels::code_bytes(bits, elements), kernels::code_groups(elements)};
  }
  const std::int64_t in_group = layout.panels_per_group();
  const auto elements = [&](std::int64_t index) {
    return layout.panel(index).kept_blocks * layout.block_elements();
  };
  const std::int64_t full = elements(0);
  const std::int64_t last = elements(in_group - 1);
  const std::int64_t groups = panel / in_group;
  const std::int64_t fulls = groups * (in_group - 1) + panel % in_group;
  return {fulls * kernels::code_bytes(bits, full) + groups * kernels::code_bytes(bits, last),
          fulls * kernels::code_groups(full) + groups * kernels::code_groups(last)};
}

}  // namespace actscope::core
