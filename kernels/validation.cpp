// SPDX-License-Identifier: Apache-2.0
#include "validation.hpp"

#include <fmt/format.h>

#include "actscope/base/error.hpp"

namespace actscope::kernels {

namespace {

void validate_lengths(std::string_view what, const ConstMatrixView& view, std::int64_t groups,
                      std::int64_t rows, std::int64_t cols) {
  if (view.groups != groups || view.rows != rows || view.cols != cols) {
    throw ShapeMismatch(
        error_text(fmt::format("{} has another shape", what),
                   fmt::format("got {} x [{}, {}], expected {} x [{}, {}]", view.groups, view.rows,
                               view.cols, groups, rows, cols)));
  }
}

void validate_rows(std::string_view what, const ConstMatrixView& view) {
  if (view.rows > 1 && view.row_stride < view.cols) {
    throw ShapeMismatch(
        error_text(fmt::format("{} has overlapping rows", what),
                   fmt::format("row stride {} is below {} columns", view.row_stride, view.cols)));
  }
}

}  // namespace

void validate_view(std::string_view what, const ConstMatrixView& view, std::int64_t groups,
                   std::int64_t rows, std::int64_t cols) {
  validate_lengths(what, view, groups, rows, cols);
  if (view.row_stride != 0) validate_rows(what, view);
}

void validate_view(std::string_view what, const MatrixView& view, std::int64_t groups,
                   std::int64_t rows, std::int64_t cols) {
  validate_lengths(what, as_const(view), groups, rows, cols);
  validate_rows(what, as_const(view));
}

void validate_same_dtype(std::string_view what, DType a, DType b) {
  if (a != b) {
    throw ShapeMismatch(error_text(fmt::format("{} differ in element type", what),
                                   fmt::format("got {} and {}", name_of(a), name_of(b))));
  }
}

void validate_scales(std::string_view what, const PanelLayout& layout, const BlockIndex& index) {
  if (layout.scales() == 0 || index.scales != nullptr) return;
  throw ConfigError(error_text(fmt::format("{}: no room for the scales of blocks", what),
                               describe(layout.spec()), "give BlockIndex::scales"));
}

void validate_draw(std::string_view what, const PanelLayout& layout, const Draw& draw) {
  if (layout.spec().select != Select::threshold || draw.threshold != nullptr) return;
  throw ConfigError(error_text(fmt::format("{}: no threshold is given", what),
                               describe(layout.spec()), "give Draw::threshold"));
}

PanelRange resolve_range(std::string_view what, const PanelLayout& layout, PanelRange range) {
  if (range.count < 0) range.count = layout.panels() - range.first;
  if (range.first < 0 || range.count < 0 || range.first + range.count > layout.panels()) {
    throw ShapeMismatch(error_text(fmt::format("{}: the panel range leaves the matrix", what),
                                   fmt::format("got first {} and count {} of {} panels",
                                               range.first, range.count, layout.panels())));
  }
  return range;
}

std::int64_t rows_of(const PanelLayout& layout, PanelRange range) {
  if (range.count == 0) return 0;
  const PanelExtent first = layout.panel(range.first);
  const PanelExtent last = layout.panel(range.first + range.count - 1);
  return (last.group - first.group) * layout.rows() + last.first_row + last.rows - first.first_row;
}

}  // namespace actscope::kernels
