// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/curves.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace actscope::gui {
namespace {

double axisValue(const AccuracyPoint& point, CurveAxis axis) {
  switch (axis) {
    case CurveAxis::step:
      return static_cast<double>(point.step);
    case CurveAxis::epoch:
      return static_cast<double>(point.epoch);
    case CurveAxis::time:
      return point.elapsed_s;
  }
  return 0;
}

const Measured<double>& figureOf(const AccuracyPoint& point, CurveFigure figure, bool isTrain) {
  if (figure == CurveFigure::accuracy) {
    return isTrain ? point.train_accuracy_ratio : point.heldout_accuracy_ratio;
  }
  return isTrain ? point.train_loss : point.heldout_loss;
}

Curve curveOf(const RunEntry& run, const CurveQuery& query, bool isTrain) {
  Curve curve;
  curve.key = run.key;
  curve.name = run.name;
  curve.isTrain = isTrain;
  for (const AccuracyPoint& point : run.record->accuracy) {
    const Measured<double>& figure = figureOf(point, query.figure, isTrain);
    if (!figure.value) continue;
    curve.x << axisValue(point, query.axis);
    curve.raw << *figure.value;
  }
  curve.smooth = smoothed(curve.raw, query.smoothing);
  return curve;
}

// A's value at x, on the straight line between its points; absent outside them.
std::optional<double> interpolated(const Curve& curve, double x) {
  const auto after = std::ranges::lower_bound(curve.x, x);
  if (after == curve.x.end()) return std::nullopt;
  const qsizetype i = after - curve.x.begin();
  if (*after == x) return curve.smooth[i];
  if (i == 0) return std::nullopt;
  const double share = (x - curve.x[i - 1]) / (curve.x[i] - curve.x[i - 1]);
  return curve.smooth[i - 1] + share * (curve.smooth[i] - curve.smooth[i - 1]);
}

Curve differenceOf(const Curve& a, const Curve& b) {
  Curve curve;
  curve.key = b.key;
  curve.name = "B − A";
  curve.isTrain = b.isTrain;
  curve.isB = curve.isDifference = true;
  for (qsizetype i = 0; i < b.x.size(); ++i) {
    const auto base = interpolated(a, b.x[i]);
    if (!base) continue;
    curve.x << b.x[i];
    curve.raw << b.smooth[i] - *base;
  }
  curve.smooth = curve.raw;
  return curve;
}

QString figureText(double value, bool isAccuracy, bool isDifference) {
  if (!isDifference) {
    return isAccuracy ? QString("%1 %").arg(100 * value, 0, 'f', 2)
                      : QString::number(value, 'f', 4);
  }
  const QString sign = value < 0 ? "−" : "+";
  const double size = std::abs(value);
  return sign +
         (isAccuracy ? QString("%1 pp").arg(100 * size, 0, 'f', 2) : QString::number(size, 'f', 4));
}

bool hasPoints(const RunPointer& run) {
  return run && run->record && !run->record->accuracy.empty();
}

}  // namespace

QVector<double> smoothed(const QVector<double>& values, double smoothing) {
  QVector<double> means = values;
  for (qsizetype i = 1; i < means.size(); ++i) {
    means[i] = smoothing * means[i - 1] + (1 - smoothing) * values[i];
  }
  return means;
}

Curves curvesOf(const RunList& runs, const Selection& selection, const CurveQuery& query) {
  Curves curves;
  RunPointer a, b;
  for (const RunPointer& run : runs) {
    if (run->key == selection.a()) a = run;
    if (run->key == selection.b()) b = run;
  }
  std::vector<bool> figures;
  if (query.isHeldoutShown) figures.push_back(false);
  if (query.isTrainShown) figures.push_back(true);

  if (selection.side() == Side::difference && a && b) {
    for (const bool isTrain : figures) {
      if (!hasPoints(a) || !hasPoints(b)) continue;
      Curve line = differenceOf(curveOf(*a, query, isTrain), curveOf(*b, query, isTrain));
      if (!line.x.isEmpty()) curves.lines.push_back(std::move(line));
    }
    const QString apart = apartText(a->config, b->config);
    if (curves.lines.empty()) {
      curves.message = "A and B have no points in common.";
    } else if (!apart.isEmpty()) {
      curves.message = "A and B do not train alike; B has " + apart + ".";
    }
    return curves;
  }

  int drawn = 0, leftOut = 0, without = 0;
  const auto add = [&](const RunPointer& run) {
    for (const bool isTrain : figures) {
      Curve line = curveOf(*run, query, isTrain);
      line.isA = run == a;
      line.isB = run == b;
      line.isInFront = selection.isInFront(run->key) || line.isA || line.isB;
      if (!line.x.isEmpty()) curves.lines.push_back(std::move(line));
    }
  };
  for (const RunPointer& run : {a, b}) {
    if (hasPoints(run) && !(run == b && a == b && !curves.lines.empty())) add(run);
  }
  for (const RunPointer& run : runs) {
    if (run == a || run == b) continue;
    if (!hasPoints(run)) {
      ++without;
    } else if (!selection.isInFront(run->key) || drawn >= query.limit) {
      ++leftOut;
    } else {
      ++drawn;
      add(run);
    }
  }
  if (curves.lines.empty()) {
    curves.message = "No run has measured this yet.";
  } else if (selection.side() == Side::difference) {
    curves.message = "B − A needs A and B.";
  } else if (leftOut > 0) {
    curves.message = QString("%1 more runs are not drawn: pick A and B, or brush.").arg(leftOut);
  }
  return curves;
}

void fillCurveTable(TableModel& table, const Curves& curves, const CurveQuery& query) {
  static const char* const axes[] = {"step", "epoch", "elapsed_s"};
  static const char* const titles[] = {"Step", "Epoch", "Time"};
  const bool isAccuracy = query.figure == CurveFigure::accuracy;
  std::vector<TableRow> rows;
  for (const Curve& curve : curves.lines) {
    for (qsizetype i = 0; i < curve.x.size(); ++i) {
      const double y = curve.raw[i];
      const double x = curve.x[i];
      rows.push_back({{Cell::of(curve.name),
                       Cell::of(curve.isTrain ? "train" : "held-out"),
                       {QString::number(x, 'g', 6), x, {}},
                       {figureText(y, isAccuracy, curve.isDifference), y, {}}},
                      curve.key});
    }
  }
  const auto axis = static_cast<std::size_t>(query.axis);
  table.setTable({{"run", "Run", false},
                  {"data", "On", false},
                  {axes[axis], titles[axis]},
                  {isAccuracy ? "accuracy_ratio" : "loss", isAccuracy ? "Accuracy" : "Loss"}},
                 std::move(rows));
}

}  // namespace actscope::gui
