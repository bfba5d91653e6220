// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QStringList>
#include <optional>
#include <vector>

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
  QString group;   ///< as groupText
  QString scheme;  ///< as schemeText
  Metric metric = Metric::saved;
  Reference reference = Reference::none;
  RunPointer a;
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
};

/// Blocks by sparsities of one scheme and group, row by row.
struct HeatMap {
  QStringList blocks;
  QList<double> sparsities;
  std::vector<HeatCell> cells;
  bool isChange = false;  ///< values are signed changes
  QString message;        ///< why there is nothing, or what is left out

  const HeatCell& at(int block, int sparsity) const {
    return cells[static_cast<std::size_t>(block) * static_cast<std::size_t>(sparsities.size()) +
                 static_cast<std::size_t>(sparsity)];
  }
};

/// The groups and schemes that have blocks, in the order in which the runs come.
QStringList heatGroups(const RunList& runs);
QStringList heatSchemes(const RunList& runs, const QString& group);

HeatMap heatMapOf(const RunList& runs, const HeatQuery& query);

/// One row a cell.
void fillHeatTable(TableModel& table, const HeatMap& map, const HeatQuery& query);

}  // namespace actscope::gui
