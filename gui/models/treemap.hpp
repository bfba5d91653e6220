// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <cstddef>
#include <vector>

namespace actscope::gui {

/// One rectangle of a treemap: the part of the whole that an item is.
struct TreemapBox {
  std::size_t item = 0;  ///< its place in the list of values
  QRectF rect;
};

/// A rectangle divided in proportion to values, in boxes about as wide as high (Bruls, Huizing and
/// van Wijk, Squarified Treemaps, 2000). The areas add up to that of the rectangle.
///
/// values  not negative; those that are 0 get no box
/// Returns boxes by falling value, from the upper left; none where nothing is positive or the
/// rectangle is empty.
std::vector<TreemapBox> treemapOf(const std::vector<double>& values, const QRectF& rect);

}  // namespace actscope::gui
