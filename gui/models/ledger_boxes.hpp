// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <cstddef>
#include <vector>

#include "models/ledger_rows.hpp"

namespace actscope::gui {

/// One box of a ledger's treemap.
struct LedgerBox {
  QRectF rect;
  std::vector<std::size_t> rows;  ///< one, or those of a group that are too small for their own
  std::size_t group = 0;          ///< its place in Ledger::groups
};

struct LedgerBoxes {
  std::vector<QRectF> groups;  ///< by the place in Ledger::groups; null: it has no bytes
  std::vector<LedgerBox> boxes;
};

/// Groups as large as their bytes, and in each its rows below a head of a line, where it has room
/// for one. Every row with bytes is in one box.
///
/// head  height of the line with a group's name
LedgerBoxes ledgerBoxes(const Ledger& ledger, Side side, const QRectF& rect, double head);

}  // namespace actscope::gui
