// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/treemap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace actscope::gui {
namespace {

// How far from a square the worst of a row's boxes is, by the areas in it and the side it lies at.
double worstShape(double least, double most, double sum, double side) {
  const double square = side * side;
  return std::max(square * most / (sum * sum), sum * sum / (square * least));
}

// Puts a row of boxes at the shorter side of what is left, and takes it away.
void placeRow(const std::vector<TreemapBox>& row, const std::vector<double>& areas, double sum,
              QRectF& left, std::vector<TreemapBox>& boxes) {
  const bool isColumn = left.width() >= left.height();
  const double side = isColumn ? left.height() : left.width();
  const double depth = side > 0 ? sum / side : 0;
  double at = isColumn ? left.top() : left.left();
  for (const TreemapBox& box : row) {
    const double length = depth > 0 ? areas[box.item] / depth : 0;
    boxes.push_back({box.item, isColumn ? QRectF(left.left(), at, depth, length)
                                        : QRectF(at, left.top(), length, depth)});
    at += length;
  }
  if (isColumn) {
    left.setLeft(std::min(left.left() + depth, left.right()));
  } else {
    left.setTop(std::min(left.top() + depth, left.bottom()));
  }
}

}  // namespace

std::vector<TreemapBox> treemapOf(const std::vector<double>& values, const QRectF& rect) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](std::size_t i) { return !(values[i] > 0) || std::isinf(values[i]); });
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  double total = 0;
  for (const std::size_t i : order) total += values[i];
  if (order.empty() || rect.isEmpty()) return {};

  std::vector<double> areas(values.size());
  for (const std::size_t i : order) areas[i] = values[i] / total * rect.width() * rect.height();
  QRectF left = rect;
  std::vector<TreemapBox> boxes, row;
  double sum = 0, most = 0, least = 0;
  for (const std::size_t i : order) {
    const double side = std::min(left.width(), left.height());
    // A box joins the row as long as that makes no box of it longer and thinner.
    const bool isWorse =
        !row.empty() && side > 0 &&
        worstShape(areas[i], most, sum + areas[i], side) > worstShape(least, most, sum, side);
    if (isWorse) {
      placeRow(row, areas, sum, left, boxes);
      row.clear();
      sum = 0;
    }
    if (row.empty()) most = areas[i];
    least = areas[i];
    sum += areas[i];
    row.push_back({i, {}});
  }
  placeRow(row, areas, sum, left, boxes);
  return boxes;
}

}  // namespace actscope::gui
