// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/panel_layout.hpp"

/// Values of kept blocks as codes, panel by panel (block_values.hpp says where they lie).
namespace actscope::core {

struct CodedValues {
  torch::Tensor codes;   ///< bytes
  torch::Tensor scales;  ///< one word a group
};

/// A range of panels or of blocks.
struct PanelRun {
  std::int64_t first = 0;
  std::int64_t end = 0;
};
struct BlockRun {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// Encodes `values`, those of the kept blocks of `panels`.
void write_coded_panels(const kernels::PanelLayout& layout, kernels::CodeBits bits, PanelRun panels,
                        const torch::Tensor& values, const CodedValues& coded);

/// Decodes them; `blocks` are the kept blocks of `panels`, counted through the matrix.
torch::Tensor read_coded_panels(const kernels::PanelLayout& layout, kernels::CodeBits bits,
                                PanelRun panels, BlockRun blocks, const CodedValues& coded,
                                const torch::TensorOptions& options);

}  // namespace actscope::core
