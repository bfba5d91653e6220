// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <memory>
#include <vector>

#include "actscope/reports/gate/result.hpp"
#include "models/document_entry.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// What `actscope gate --output` wrote.
using GateEntry = DocumentEntry<reports::GateResult>;
using GatePointer = std::shared_ptr<const GateEntry>;
using GateList = std::vector<GatePointer>;

/// "Regressed: 3 worse, 1 better, 95 the same (change against main)."
QString gateHeadline(const reports::GateResult& result);
/// How times were measured, in a sentence; empty where the gate measured none.
QString gateMeasuring(const reports::GateResult& result);
/// What fails the gate or leaves it open, a sentence a row, at most so many; then what the gate
/// noted.
QStringList gateReasons(const reports::GateResult& result, std::size_t most);

/// A row that has a ratio: where candidate over baseline lies.
struct GateDot {
  enum class Side { better, same, worse, open };
  QString metric;
  Side side = Side::same;
  bool isWaived = false;
  bool isPrimary = false;   ///< a time that the gate is about
  bool isAdvisory = false;  ///< fails nothing
  double ratio = 1, low = 1, high = 1;
};

/// In the order of the document, which has the worst first, at most so many.
std::vector<GateDot> gateDots(const reports::GateResult& result, bool hasSame, std::size_t most);

/// One row a metric; those that are the same only if asked for. Null: none.
void fillGateTable(TableModel& table, const reports::GateResult* result, bool hasSame);

}  // namespace actscope::gui
