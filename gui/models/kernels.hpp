// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "models/run_entry.hpp"
#include "models/selection.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// One operator or device kernel in one layer, slot and phase. Time in seconds a traced step where
/// the number of traced steps is known, else in all.
struct KernelRow {
  QString layer, slot, phase, name, device, source;
  std::optional<double> callsA, callsB;
  std::optional<double> secondsA, secondsB;

  std::optional<double> calls(Side side) const;
  std::optional<double> seconds(Side side) const;  ///< what only one has counts as 0 in the other
};

/// What one source measured on one device. Totals of different sources overlap: a kernel runs
/// within the operator that started it.
struct KernelTotal {
  QString source, device;
  double secondsA = 0, secondsB = 0;

  double seconds(Side side) const;
};

struct Kernels {
  std::vector<KernelRow> rows;
  std::vector<KernelTotal> totals;
  bool isAStep = false;  ///< seconds a traced step
  QString message;       ///< why there is nothing, or what the tracer lost
};

Kernels kernelsOf(const RunPointer& a, const RunPointer& b, Side side);

/// Shares are of the total of the same source and device.
void fillKernelTable(TableModel& table, const Kernels& kernels, Side side);

}  // namespace actscope::gui
