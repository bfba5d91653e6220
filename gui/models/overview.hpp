// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "models/configurations.hpp"
#include "models/documents.hpp"
#include "models/run_form.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// What the answer may cost against dense, as a person sets it.
struct OverviewQuery {
  QString training;       ///< as groupText; empty or unknown: the one of most configurations
  double lostPoints = 1;  ///< of held-out accuracy, at most
  std::optional<double> stepRatio, peakRatio;  ///< at most; absent: anything
};

/// A figure of the answer with its uncertainty.
struct OverviewFigure {
  QString title;  ///< "Kept for backward"
  QString value;  ///< "2.46 MiB"
  QString note;   ///< "17.8x fewer than dense"
};

/// What is open, answered: which configuration to take, why, and what would decide it.
struct Overview {
  QString headline;
  std::vector<OverviewFigure> figures;
  QStringList reasons;
  QString next;                 ///< what to run next; empty: nothing to advise
  std::optional<RunForm> form;  ///< that does it
  QString key;                  ///< the run that stands for the answer; empty: none
  QString training;             ///< the one that is answered for
  QStringList trainings;        ///< that can be asked for
  ConfigurationList shown;      ///< of that training, in their order
  std::vector<bool> isWithin;   ///< of each of them, the limits
  bool hasDense = false;        ///< differences to dense are known
};

/// runs  how many are open, ended or not
Overview overviewOf(const ConfigurationList& all, std::size_t runs, const Documents& others,
                    const OverviewQuery& query);

/// A row a configuration, those within the limits first, then by saved bytes.
void fillOverviewTable(TableModel& table, const Overview& overview);

}  // namespace actscope::gui
