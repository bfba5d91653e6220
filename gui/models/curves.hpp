// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>

#include "models/configurations.hpp"
#include "models/selection.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

enum class CurveAxis { step, epoch, time };
enum class CurveFigure { accuracy, loss };

struct CurveQuery {
  CurveAxis axis = CurveAxis::epoch;
  CurveFigure figure = CurveFigure::accuracy;
  bool isTrainShown = true, isHeldoutShown = true;
  double smoothing = 0;  ///< weight of the past in an exponential mean, 0 to below 1
  int limit = 24;        ///< configurations drawn besides those of A and B
};

/// One line: the mean over the seeds of a configuration, or one run. Accuracies in ratios, time in
/// seconds.
struct Curve {
  QString key, name;  ///< of a mean the key of its first run, and the configuration
  bool isTrain = false, isA = false, isB = false, isDifference = false;
  bool isInFront = true;
  bool isSeed = false;  ///< one of the runs behind the mean of the current configuration
  int seeds = 1;
  QVector<double> x, raw, smooth;
  QVector<double> low, high;  ///< of the seeds at each x; empty: one seed
};

struct Curves {
  std::vector<Curve> lines;
  QString message;  ///< why there is nothing, or what is left out
};

/// The configurations of A and B first, then the others in their order, up to the limit; seeds of
/// the current one come last, each for itself. Runs that have not ended, and those whose points lie
/// elsewhere than the other seeds', are lines of their own. With Side::difference there is one line
/// a figure: B − A at the points of B, with A interpolated, paired by seed where both have several.
Curves curvesOf(const ConfigurationList& configurations, const Selection& selection,
                const CurveQuery& query);

/// An exponential mean that starts at the first value.
QVector<double> smoothed(const QVector<double>& values, double smoothing);

/// Every point of the runs, one row each.
void fillCurveTable(TableModel& table, const Curves& curves, const CurveQuery& query);

}  // namespace actscope::gui
