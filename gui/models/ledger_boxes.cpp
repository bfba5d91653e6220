// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ledger_boxes.hpp"

#include <QHash>

#include "models/treemap.hpp"

namespace actscope::gui {
namespace {

constexpr double leastArea = 40;  // of a box of its own

// The rows of one group, those too small for boxes of their own together in one.
void placeRows(const Ledger& ledger, Side side, const std::vector<std::size_t>& rows, double bytes,
               const QRectF& rect, std::size_t group, std::vector<LedgerBox>& boxes) {
  std::vector<std::vector<std::size_t>> parts;
  std::vector<double> sizes;
  std::vector<std::size_t> small;
  double smallBytes = 0;
  for (const std::size_t row : rows) {
    const double size = ledger.rows[row].extent(side);
    if (size / bytes * rect.width() * rect.height() >= leastArea) {
      parts.push_back({row});
      sizes.push_back(size);
    } else {
      small.push_back(row);
      smallBytes += size;
    }
  }
  if (!small.empty()) {
    parts.push_back(small);
    sizes.push_back(smallBytes);
  }
  for (const TreemapBox& box : treemapOf(sizes, rect)) {
    boxes.push_back({box.rect, parts[box.item], group});
  }
}

}  // namespace

LedgerBoxes ledgerBoxes(const Ledger& ledger, Side side, const QRectF& rect, double head) {
  LedgerBoxes placed;
  placed.groups.resize(static_cast<std::size_t>(ledger.groups.size()));
  std::vector<std::vector<std::size_t>> rows(placed.groups.size());
  std::vector<double> bytes(placed.groups.size());
  QHash<QString, std::size_t> places;
  for (const QString& group : ledger.groups) places.insert(group, places.size());
  for (std::size_t row = 0; row < ledger.rows.size(); ++row) {
    const double size = ledger.rows[row].extent(side);
    const std::size_t group = places.value(ledger.rows[row].group, rows.size());
    if (size <= 0 || group >= rows.size()) continue;
    rows[group].push_back(row);
    bytes[group] += size;
  }
  for (const TreemapBox& box : treemapOf(bytes, rect)) {
    placed.groups[box.item] = box.rect;
    QRectF inner = box.rect.adjusted(1, 1, -1, -1);
    if (inner.height() > 2.5 * head && inner.width() > 3 * head) {
      inner.setTop(inner.top() + head);
    }
    if (inner.width() <= 0 || inner.height() <= 0) inner = box.rect;
    placeRows(ledger, side, rows[box.item], bytes[box.item], inner, box.item, placed.boxes);
  }
  return placed;
}

}  // namespace actscope::gui
