// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "models/configurations.hpp"
#include "models/run_entry.hpp"
#include "models/selection.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// One trained run of a configuration.
struct ParetoSeed {
  QString key, name;
  double savedBytes = 0;
  double accuracyRatio = 0;
  bool isA = false, isB = false;
};

/// A configuration that has measured both accuracy and saved bytes: means over its seeds.
struct ParetoPoint {
  QString key;    ///< of its first run
  QString label;  ///< the configuration, and how its training differs
  std::vector<ParetoSeed> seeds;
  double savedBytes = 0;
  double accuracyRatio = 0;
  std::optional<reports::Interval> accuracy;  ///< where its mean lies with 95 %
  double stepTimeS = 0;                       ///< 0: unknown
  bool isBaseline = false;
  bool isLabeled = false;  ///< a baseline, or one of so few configurations that each has a label
  int training = 0;        ///< number of those that train alike, by their first point
  bool isFront = false;    ///< no other of its training keeps less and is at least as accurate
  bool isA = false, isB = false, isInFront = true;

  bool holds(const QString& run) const;
};

struct Pareto {
  std::vector<ParetoPoint> points;  ///< by saved bytes
  int trainings = 0;                ///< ways of training among them: as many fronts
  double fastest = 0, slowest = 0;  ///< of the known step times, seconds
  QString message;                  ///< why there is nothing, or how many runs are left out
};

/// The front joins means of configurations, never the luckiest seed of one.
/// Cost  n log n
/// runs  how many are open, ended or not
Pareto paretoOf(const ConfigurationList& configurations, std::size_t runs,
                const Selection& selection);

/// Those in front: brushed, or all where nothing is.
void fillParetoTable(TableModel& table, const Pareto& pareto);

}  // namespace actscope::gui
