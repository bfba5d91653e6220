// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actscope/kernels/compress.hpp"

namespace actscope::bench {

/// Block-sparse panels in host memory of their own, with the workspace to fill them.
struct OwnPanels {
  OwnPanels(const kernels::ExecutionContext& context, const kernels::PanelLayout& layout,
            kernels::DType dtype)
      : values(static_cast<std::size_t>(layout.value_bytes(dtype))),
        mask(static_cast<std::size_t>(layout.mask_words())),
        starts(static_cast<std::size_t>(layout.column_starts())),
        workspace(static_cast<std::size_t>(kernels::compress_workspace_bytes(context, layout))),
        view{layout, dtype, values.data(), {mask.data(), starts.data()}} {}
  OwnPanels(const OwnPanels&) = delete;
  OwnPanels& operator=(const OwnPanels&) = delete;

  std::vector<unsigned char> values;
  std::vector<std::uint32_t> mask, starts;
  std::vector<unsigned char> workspace;
  kernels::BsrPanels view;
};

}  // namespace actscope::bench
