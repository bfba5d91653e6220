// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "models/bench_map.hpp"
#include "models/gate_rows.hpp"
#include "models/plan_sheet.hpp"

namespace actscope::gui {

/// What is open besides runs, in the order of the paths.
struct Documents {
  BenchList benches;
  GateList gates;
  PlanList plans;
  QStringList memories;  ///< files with allocations that were named, in that order
  QStringList traces;    ///< files
};

}  // namespace actscope::gui
