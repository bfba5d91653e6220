// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "models/run_entry.hpp"
#include "models/selection.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// By what the storages of a ledger are put together.
enum class LedgerGrouping { layer, foldedLayer, holder, dtype };

/// One storage that a step keeps for backward; for the difference all storages of one slot or,
/// where slots have no names, of one operator of a layer. Units: bytes.
struct LedgerRow {
  QString group;  ///< by the grouping
  QString layer, slot;
  QString holder;  ///< "Addmm.mat1": who owns it; for the difference "Addmm"
  QString dtype;   ///< "float"
  QString shape;   ///< "128x256"
  QString also;    ///< who shares it: "blocks.0.up Gelu.self"
  QString notes;   ///< "an output too", "changed since", "older than the step", "not at the peak"
  std::optional<double> a, b;  ///< kept
  double unused = 0;  ///< pinned by views, read by nobody; of the run on show, of B for B − A
  int storages = 1;   ///< of the run on show, of B for B − A

  /// Kept bytes of the side; what only one run keeps counts as 0 in the other for B − A.
  double of(Side side) const;
  /// What its box is as large as: kept bytes, for B − A those of the run that keeps more.
  double extent(Side side) const;
};

struct Ledger {
  std::vector<LedgerRow> rows;     ///< largest first; what keeps nothing (older storages) last
  QStringList groups;              ///< largest first
  double kept = 0;                 ///< of the side, the sum over the rows
  std::optional<double> residual;  ///< of the run on show, of B for B − A; absent: not counted
  QString summary;                 ///< "56.2 MiB on 59 storages, 12 shared; residual 0 B"
  QString message;                 ///< why there is nothing
};

/// The ledger that a run recorded of one step, whoever's model it trained.
Ledger ledgerOf(const RunPointer& a, const RunPointer& b, Side side, LedgerGrouping grouping);

void fillLedgerTable(TableModel& table, const Ledger& ledger, Side side);

}  // namespace actscope::gui
