// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QStringList>
#include <optional>
#include <vector>

#include "models/heat_axes.hpp"
#include "models/metric.hpp"
#include "models/run_entry.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// What a heat map compares each run with.
enum class Reference {
  none,
  dense,  ///< the dense run of the same seed that trained alike
  a,      ///< the run picked as A
};

struct HeatQuery {
  QString group;   ///< as heatGroupOf of its axes
  QString scheme;  ///< as schemeText; empty: every scheme, a panel each where it is no axis
  QString rows = "block";
  QString columns = "sparsity";
  Metric metric = Metric::saved;
  Reference reference = Reference::none;
  RunPointer a;
  /// Of held-out accuracy against dense: cells that lose no more are outlined. Units: points.
  std::optional<double> lostPoints;

  QStringList axes() const { return {rows, columns}; }
};

/// One cell: the mean over the seeds that were measured.
struct HeatCell {
  enum class State { missing, pending, failed, measured };
  State state = State::missing;
  double value = 0;  ///< of the metric, or its change against the reference
  int seeds = 0;     ///< behind the value
  QStringList keys;  ///< of all its runs, measured ones first
  QString text;      ///< "2.46 MiB", "failed", "–"
  QString tip;
  bool isWithin = false;  ///< it loses no more than was asked for
};

/// Rows by columns, a panel for each scheme, or one.
struct HeatMap {
  QStringList panels;  ///< their titles; one panel that is named nowhere has an empty one
  QStringList rows, columns;
  QString rowTitle, columnTitle;
  std::vector<HeatCell> cells;  ///< panel by panel, row by row
  bool isChange = false;        ///< values are signed changes
  QString message;              ///< why there is nothing, or what is left out

  bool isEmpty() const { return cells.empty(); }
  const HeatCell& at(int row, int column, int panel = 0) const {
    const auto width = static_cast<std::size_t>(columns.size());
    const auto height = static_cast<std::size_t>(rows.size());
    return cells[(static_cast<std::size_t>(panel) * height + static_cast<std::size_t>(row)) *
                     width +
                 static_cast<std::size_t>(column)];
  }
};

/// The groups and schemes that have a place on the axes, in the order in which the runs come.
QStringList heatGroups(const RunList& runs, const QStringList& axes = {"block", "sparsity"});
QStringList heatSchemes(const RunList& runs, const QString& group,
                        const QStringList& axes = {"block", "sparsity"});

HeatMap heatMapOf(const RunList& runs, const HeatQuery& query);

/// One row a cell.
void fillHeatTable(TableModel& table, const HeatMap& map, const HeatQuery& query);

}  // namespace actscope::gui
