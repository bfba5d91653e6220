// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "actscope/reports/sweep/groups.hpp"
#include "models/run_entry.hpp"

namespace actscope::gui {

/// Whether a run of this key is among them.
bool holds(const RunList& runs, const QString& key);

/// The runs of one configuration, whatever their seed: what views compare. Its figures are means
/// over the seeds; differences are against the dense run of the same seed that trained alike.
struct Configuration {
  reports::SweepGroup figures;
  QString label;     ///< "int4-bsr 8x8 80 %", and how its training differs from the first run's
  QString training;  ///< groupText of its runs
  RunList runs;      ///< those that were trained to their end, in their order
  RunList others;    ///< those that were not (yet)
  bool isBaseline = false;  ///< of a sweep, or a scheme that others are compared with

  /// Of the first run: what a click on the configuration selects.
  QString key() const { return runs.empty() ? QString() : runs.front()->key; }
  bool holds(const QString& key) const { return gui::holds(runs, key); }
};
using ConfigurationList = std::vector<Configuration>;

/// In the order of the runs. Runs that were not trained to their end count in no figure.
ConfigurationList configurationsOf(const RunList& runs);

/// The ways of training among them, those of most configurations first.
QStringList trainingsOf(const ConfigurationList& configurations);

/// "2.46 MiB", "76.5 ±0.9 %", "–": a mean with the half of its interval, as a person reads it.
QString meanText(const reports::SeedMean& accuracyRatio);
/// "−0.2 ±1.7 points"; "−0.2 points" where no interval is known.
QString pointsText(const reports::SeedMean& differenceRatio);

}  // namespace actscope::gui
