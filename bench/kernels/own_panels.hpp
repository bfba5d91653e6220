// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actscope/kernels/compress.hpp"

namespace actscope::bench {

/// Block-sparse f32 panels in host memory of their own, with the workspace to fill them.
struct OwnPanels {
  OwnPanels(const kernels::ExecutionContext& context, const kernels::PanelLayout& layout)
      : values(static_cast<std::size_t>(layout.kept_blocks() * layout.block_elements())),
        mask(static_cast<std::size_t>(layout.mask_words())),
        starts(static_cast<std::size_t>(layout.column_starts())),
        workspace(static_cast<std::size_t>(kernels::compress_workspace_bytes(context, layout))),
        view{layout, kernels::DType::f32, values.data(), {mask.data(), starts.data()}} {}
  OwnPanels(const OwnPanels&) = delete;
  OwnPanels& operator=(const OwnPanels&) = delete;

  std::vector<float> values;
  std::vector<std::uint32_t> mask, starts;
  std::vector<unsigned char> workspace;
  kernels::BsrPanels view;
};

}  // namespace actscope::bench
