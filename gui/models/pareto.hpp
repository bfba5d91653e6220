// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "models/run_entry.hpp"
#include "models/selection.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// A trained run that has measured both accuracy and saved bytes.
struct ParetoPoint {
  QString key, name;
  QString label;  ///< the configuration, whatever its seed, and how its training differs
  double savedBytes = 0;
  double accuracyRatio = 0;
  double stepTimeS = 0;  ///< 0: unknown
  bool isBaseline = false;
  bool isLabeled = false;  ///< a baseline, or one of so few configurations that each has a label
  int training = 0;        ///< number of those that train alike, by their first point
  bool isFront = false;    ///< no other of its training keeps less and is at least as accurate
  bool isA = false, isB = false, isInFront = true;
};

struct Pareto {
  std::vector<ParetoPoint> points;  ///< by saved bytes
  int trainings = 0;                ///< ways of training among them: as many fronts
  double fastest = 0, slowest = 0;  ///< of the known step times, seconds
  QString message;                  ///< why there is nothing, or how many runs are left out
};

/// Cost  n log n
Pareto paretoOf(const RunList& runs, const Selection& selection);

void fillParetoTable(TableModel& table, const Pareto& pareto);

}  // namespace actscope::gui
