// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <optional>
#include <vector>

#include "models/run_entry.hpp"
#include "models/selection.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// One slot of one layer in A and in B. Units: bytes. Absent: that run has no such slot, or no
/// report.
struct FootprintRow {
  QString layer, slot;
  QString storeA, storeB;
  std::optional<double> dense;  ///< of the run on show; of B, else A, for the difference
  std::optional<double> a, b;

  /// Stored bytes of the side; B − A needs both.
  std::optional<double> of(Side side) const;
};

struct Footprint {
  QStringList layers;  ///< those that keep anything, in forward order
  QStringList slots;   ///< in the order in which they come
  std::vector<FootprintRow> rows;
  bool hasDense = false;  ///< whether a byte model knows any of the slots
  QString message;        ///< why there is nothing
};

/// The stored bytes, and the predicted ones where nothing was stored yet.
Footprint footprintOf(const RunPointer& a, const RunPointer& b, Side side);

void fillFootprintTable(TableModel& table, const Footprint& footprint);

}  // namespace actscope::gui
