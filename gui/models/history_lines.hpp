// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "actscope/reports/history/history.hpp"
#include "models/run_entry.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// The history of the runs that are open, in the order of their dates: steps are looked for in the
/// primary metrics. Reports are named by the keys of their runs.
/// Cost  as reports::find_steps of every metric: seconds where a configuration has thousands of
/// runs
reports::History historyOf(const RunList& runs);

/// Places of the groups, those of the most reports first; groups of one report have no history.
std::vector<std::size_t> historyGroups(const reports::History& history);

/// One metric of a group as it is drawn.
struct HistoryLine {
  QStringList keys;    ///< of the runs, in order
  QStringList labels;  ///< "4f2a91c", "2026-03-02"
  std::vector<std::optional<double>> values;
  QStringList gaps;  ///< why a value is missing; empty: it is there
  struct Step {
    int at = 0;  ///< the first report behind it
    int earliest = 0, latest = 0;
    double before = 0, after = 0;
    reports::Effect effect = reports::Effect::neither;
    QString quote;
  };
  std::vector<Step> steps;
};

HistoryLine historyLineOf(const reports::History& history, std::size_t group, std::size_t series);

/// The first metric of a group that has a step; 0 where none has.
std::size_t firstWithStep(const reports::HistoryGroup& group);

/// "step_time 1.053x [1.048, 1.058] since 4f2a91c (2026-03-02)", or why there is none.
QString historyText(const reports::HistorySeries& series);

/// A row a step, the newest last, and a row for every metric without one; its key is the run that
/// the step begins with.
void fillHistoryTable(TableModel& table, const reports::History& history, std::size_t group);

}  // namespace actscope::gui
