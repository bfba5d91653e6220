// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>

#include "models/run_entry.hpp"
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
  int limit = 24;        ///< runs drawn besides A and B
};

/// One line. Accuracies in ratios, time in seconds.
struct Curve {
  QString key, name;
  bool isTrain = false, isA = false, isB = false, isDifference = false;
  bool isInFront = true;
  QVector<double> x, raw, smooth;
};

struct Curves {
  std::vector<Curve> lines;
  QString message;  ///< why there is nothing, or what is left out
};

/// A and B first, then the others in their order, up to the limit. With Side::difference there is
/// one line a figure: B − A at the points of B, with A interpolated.
Curves curvesOf(const RunList& runs, const Selection& selection, const CurveQuery& query);

/// An exponential mean that starts at the first value.
QVector<double> smoothed(const QVector<double>& values, double smoothing);

/// Every point of the runs, one row each.
void fillCurveTable(TableModel& table, const Curves& curves, const CurveQuery& query);

}  // namespace actscope::gui
