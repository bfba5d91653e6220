// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "actscope/kernels/bsr_panels.hpp"

/// What the operators of torch.ops.actscope take in place of views.
namespace actscope::torch_ops {

/// The shape of a matrix and how it is pruned, as an operator's arguments name them.
struct PanelArguments {
  c10::IntArrayRef size;   ///< [rows, cols] or [groups, rows, cols]
  c10::IntArrayRef block;  ///< [block_rows, block_cols], or [side]
  double sparsity = 0;
  std::string_view select;
  bool unbiased = false;

  /// Errors  ConfigError: a select of another name; ShapeMismatch, UnsupportedBlockSize: as
  ///         PanelLayout
  kernels::PanelLayout layout() const;
};

/// Which blocks are kept, of a matrix whose size has `rank` numbers.
/// Errors  as PanelArguments::layout, of what does not depend on the size
kernels::BlockSpec spec_of(std::size_t rank, c10::IntArrayRef block, double sparsity,
                           std::string_view select, bool unbiased);

/// A panels view of an operator's tensors; on the CPU its index is checked first.
/// Errors  ShapeMismatch: lengths, types or devices disagree, or the index contradicts itself
kernels::ConstBsrPanels panels_of(const kernels::PanelLayout& layout, const at::Tensor& values,
                                  const at::Tensor& mask, const at::Tensor& column_starts);

/// Mask and column starts alone, and with them the scales where the layout has any.
kernels::ConstBlockIndex index_of(const kernels::PanelLayout& layout, const at::Tensor& mask,
                                  const at::Tensor& column_starts, const at::Tensor& scales);

}  // namespace actscope::torch_ops
