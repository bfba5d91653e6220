// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/matrix_view.hpp"

namespace actscope::kernels {

/// A view that is read. A row stride of 0 repeats one row (a broadcast tensor).
/// Errors  ShapeMismatch: other lengths, or rows that overlap without being one row
void validate_view(std::string_view what, const ConstMatrixView& view, std::int64_t groups,
                   std::int64_t rows, std::int64_t cols);
/// A view that is written.
/// Errors  ShapeMismatch: other lengths, or a row stride below the columns
void validate_view(std::string_view what, const MatrixView& view, std::int64_t groups,
                   std::int64_t rows, std::int64_t cols);

/// Errors  ShapeMismatch: the element types differ
void validate_same_dtype(std::string_view what, DType a, DType b);

/// Errors  ConfigError: blocks are rescaled and there is no room for their scales
void validate_scales(std::string_view what, const PanelLayout& layout, const BlockIndex& index);

/// Errors  ConfigError: select needs a threshold and none is given
void validate_draw(std::string_view what, const PanelLayout& layout, const Draw& draw);

/// The range with its count filled in.
/// Errors  ShapeMismatch: it leaves the layout
PanelRange resolve_range(std::string_view what, const PanelLayout& layout, PanelRange range);

/// Rows of the panels of a (resolved) range, all groups together.
std::int64_t rows_of(const PanelLayout& layout, PanelRange range);

}  // namespace actscope::kernels
