// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QSet>
#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "models/run_entry.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

class Selection;

/// One axis of parallel coordinates: a column of the table of runs in which they differ.
struct ParallelAxis {
  QString field, title;
  QStringList names;  ///< of an axis without numbers: what stands on it, from below
  QString low, high;  ///< the ends as text
};

/// One run: where it crosses each axis, from 0 at the lower end to 1; absent: not measured.
struct ParallelLine {
  QString key, name;
  std::vector<std::optional<double>> at;
  std::vector<Cell> cells;  ///< what the table of runs says of each axis
};

struct Parallel {
  std::vector<ParallelAxis> axes;
  std::vector<ParallelLine> lines;
  QString message;  ///< why there is nothing
};

/// The runs with all options and metrics in which they differ, in the order of the table of runs.
Parallel parallelOf(const RunList& runs);

/// The lines that are in the foreground of a selection.
void fillParallelTable(TableModel& table, const Parallel& parallel, const Selection& selection);

/// A part of an axis that lines have to cross. Units: positions, 0 to 1.
struct ParallelRange {
  double low = 0, high = 1;
};

/// The runs that cross every range, by the axis' place; none where there is no range.
QSet<QString> keysWithin(const Parallel& parallel, const QHash<int, ParallelRange>& ranges);

}  // namespace actscope::gui
