// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/curves.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "models/metric.hpp"

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
  const double size = std::abs(value);
  return withSign(value, isAccuracy ? QString("%1 pp").arg(100 * size, 0, 'f', 2)
                                    : QString::number(size, 'f', 4));
}

bool hasPoints(const RunPointer& run) {
  return run && run->record && !run->record->accuracy.empty();
}

RunList withPoints(const RunList& runs) {
  RunList result;
  std::ranges::copy_if(runs, std::back_inserter(result), hasPoints);
  return result;
}

// The mean of curves over the points that all of them have at the same place, the first ones.
// Absent where they have none: those are of other lengths of training.
std::optional<Curve> meanOf(const std::vector<Curve>& seeds, CurveAxis axis) {
  Curve mean = seeds.front();
  mean.seeds = static_cast<int>(seeds.size());
  qsizetype points = mean.x.size();
  for (const Curve& seed : seeds) {
    points = std::min(points, seed.x.size());
    // Times differ from seed to seed; what was trained by then does not.
    for (qsizetype i = 0; axis != CurveAxis::time && i < points; ++i) {
      if (seed.x[i] != mean.x[i]) points = i;
    }
  }
  if (points == 0) return std::nullopt;
  const auto count = static_cast<double>(seeds.size());
  for (QVector<double>* values : {&mean.x, &mean.raw, &mean.smooth}) values->resize(points);
  if (seeds.size() == 1) return mean;
  for (qsizetype i = 0; i < points; ++i) {
    double x = 0, raw = 0, smooth = 0, low = INFINITY, high = -INFINITY;
    for (const Curve& seed : seeds) {
      x += seed.x[i] / count;
      raw += seed.raw[i] / count;
      smooth += seed.smooth[i] / count;
      low = std::min(low, seed.smooth[i]);
      high = std::max(high, seed.smooth[i]);
    }
    mean.x[i] = x;
    mean.raw[i] = raw;
    mean.smooth[i] = smooth;
    mean.low << low;
    mean.high << high;
  }
  return mean;
}

std::vector<Curve> curvesOfSeeds(const RunList& runs, const CurveQuery& query, bool isTrain) {
  std::vector<Curve> curves;
  for (const RunPointer& run : runs) {
    Curve curve = curveOf(*run, query, isTrain);
    if (!curve.x.isEmpty()) curves.push_back(std::move(curve));
  }
  return curves;
}

// What is drawn as one: a configuration, or a run that has not ended.
struct Drawn {
  QString name;
  RunList runs;
  bool isA = false, isB = false, isInFront = true, isCurrent = false;
};

Drawn drawnOf(const QString& name, const RunList& members, const Selection& selection) {
  Drawn one{name, members};
  one.isA = holds(members, selection.a());
  one.isB = holds(members, selection.b());
  one.isCurrent = holds(members, selection.current());
  RunList front;
  std::ranges::copy_if(members, std::back_inserter(front),
                       [&](const RunPointer& run) { return selection.isInFront(run->key); });
  one.isInFront = !front.empty();
  if (one.isInFront) one.runs = front;
  return one;
}

std::vector<Drawn> allDrawn(const ConfigurationList& configurations, const Selection& selection) {
  std::vector<Drawn> all;
  for (const Configuration& one : configurations) {
    const RunList ended = withPoints(one.runs);
    if (!ended.empty()) {
      all.push_back(drawnOf(ended.size() > 1 ? one.label : ended.front()->name, ended, selection));
    }
    for (const RunPointer& run : withPoints(one.others)) {
      all.push_back(drawnOf(run->name, {run}, selection));
    }
  }
  return all;
}

// B − A, by seed where both configurations have several seeds in common.
std::vector<Curve> differences(const Drawn& a, const Drawn& b, const RunPointer& pickedA,
                               const RunPointer& pickedB, const CurveQuery& query, bool isTrain) {
  std::vector<Curve> lines;
  for (const RunPointer& of : b.runs) {
    const auto with = std::ranges::find_if(
        a.runs, [&](const RunPointer& run) { return run->config.seed == of->config.seed; });
    if (with == a.runs.end()) continue;
    Curve line = differenceOf(curveOf(**with, query, isTrain), curveOf(*of, query, isTrain));
    if (!line.x.isEmpty()) lines.push_back(std::move(line));
  }
  if (lines.size() > 1) return lines;
  Curve line = differenceOf(curveOf(*pickedA, query, isTrain), curveOf(*pickedB, query, isTrain));
  return line.x.isEmpty() ? std::vector<Curve>() : std::vector{line};
}

Curves differenceCurves(const std::vector<Drawn>& all, const RunPointer& a, const RunPointer& b,
                        const std::vector<bool>& figures, const CurveQuery& query) {
  Curves curves;
  const auto ofA = std::ranges::find_if(all, &Drawn::isA);
  const auto ofB = std::ranges::find_if(all, &Drawn::isB);
  for (const bool isTrain : figures) {
    if (ofA == all.end() || ofB == all.end()) continue;
    const auto lines = differences(*ofA, *ofB, a, b, query, isTrain);
    if (lines.empty()) continue;
    if (auto mean = meanOf(lines, query.axis)) {
      if (mean->seeds > 1) mean->name = QString("B − A, %1 seeds").arg(mean->seeds);
      curves.lines.push_back(*std::move(mean));
    }
  }
  const QString apart = apartText(a->config, b->config);
  if (curves.lines.empty()) {
    curves.message = "A and B have no points in common.";
  } else if (!apart.isEmpty()) {
    curves.message = "A and B do not train alike; B has " + apart + ".";
  }
  return curves;
}

// The lines of a configuration: means, or its runs where their points lie elsewhere.
void addLines(Curves& curves, const Drawn& one, const std::vector<bool>& figures,
              const CurveQuery& query) {
  for (const bool isTrain : figures) {
    std::vector<Curve> seeds = curvesOfSeeds(one.runs, query, isTrain);
    if (seeds.empty()) continue;
    std::vector<Curve> lines;
    if (auto mean = meanOf(seeds, query.axis)) {
      if (mean->seeds > 1) mean->name = QString("%1, %2 seeds").arg(one.name).arg(mean->seeds);
      lines.push_back(*std::move(mean));
    } else {
      lines = seeds;
    }
    for (Curve& line : lines) {
      line.isA = one.isA;
      line.isB = one.isB;
      line.isInFront = one.isInFront || one.isA || one.isB;
      curves.lines.push_back(std::move(line));
    }
    if (!one.isCurrent || curves.lines.back().seeds < 2) continue;
    for (Curve& seed : seeds) {
      seed.isSeed = true;
      curves.lines.push_back(std::move(seed));
    }
  }
}

}  // namespace

QVector<double> smoothed(const QVector<double>& values, double smoothing) {
  QVector<double> means = values;
  for (qsizetype i = 1; i < means.size(); ++i) {
    means[i] = smoothing * means[i - 1] + (1 - smoothing) * values[i];
  }
  return means;
}

Curves curvesOf(const ConfigurationList& configurations, const Selection& selection,
                const CurveQuery& query) {
  RunPointer a, b;
  for (const Configuration& one : configurations) {
    for (const RunList* runs : {&one.runs, &one.others}) {
      for (const RunPointer& run : *runs) {
        if (run->key == selection.a()) a = run;
        if (run->key == selection.b()) b = run;
      }
    }
  }
  std::vector<bool> figures;
  if (query.isHeldoutShown) figures.push_back(false);
  if (query.isTrainShown) figures.push_back(true);
  const std::vector<Drawn> all = allDrawn(configurations, selection);
  const bool isDifference = selection.side() == Side::difference;
  if (isDifference && a && b) return differenceCurves(all, a, b, figures, query);

  Curves curves;
  int drawn = 0, leftOut = 0;
  for (const Drawn& one : all) {
    if (one.isA) addLines(curves, one, figures, query);
  }
  for (const Drawn& one : all) {
    if (one.isB && !one.isA) addLines(curves, one, figures, query);
  }
  for (const Drawn& one : all) {
    if (one.isA || one.isB) continue;
    if (!one.isInFront || drawn >= query.limit) {
      ++leftOut;
    } else {
      ++drawn;
      addLines(curves, one, figures, query);
    }
  }
  // Seeds last.
  std::ranges::stable_partition(curves.lines, [](const Curve& line) { return !line.isSeed; });
  if (curves.lines.empty()) {
    curves.message = "No run has measured this yet.";
  } else if (isDifference) {
    curves.message = "B − A needs A and B.";
  } else if (leftOut > 0) {
    curves.message = QString("%1 more configurations are not drawn%2.")
                         .arg(leftOut)
                         .arg(selection.isNarrowed() ? ", by brush and filter"
                                                     : ": pick A and B, brush or filter");
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
      const auto end = [&](const QVector<double>& ends) {
        if (ends.isEmpty()) return Cell::none("one seed");
        return Cell{figureText(ends[i], isAccuracy, curve.isDifference), ends[i], {}};
      };
      rows.push_back({{Cell::of(curve.name),
                       Cell::of(curve.isTrain ? "train" : "held-out"),
                       {QString::number(x, 'g', 6), x, {}},
                       {figureText(y, isAccuracy, curve.isDifference), y, {}},
                       end(curve.low),
                       end(curve.high)},
                      curve.key});
    }
  }
  const auto axis = static_cast<std::size_t>(query.axis);
  table.setTable({{"run", "Run", false},
                  {"data", "On", false},
                  {axes[axis], titles[axis]},
                  {isAccuracy ? "accuracy_ratio" : "loss", isAccuracy ? "Accuracy" : "Loss"},
                  {"lowest_seed", "Lowest seed"},
                  {"highest_seed", "Highest seed"}},
                 std::move(rows));
}

}  // namespace actscope::gui
