// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/pareto.hpp"

#include <QHash>
#include <algorithm>

#include "models/metric.hpp"

namespace actscope::gui {
namespace {

// The runs of a configuration that measured both.
std::vector<ParetoSeed> seedsOf(const Configuration& one, const Selection& selection) {
  std::vector<ParetoSeed> seeds;
  for (const RunPointer& run : one.runs) {
    const auto saved = metricValue(*run, Metric::saved);
    const auto accuracy = metricValue(*run, Metric::accuracy);
    if (!saved || !accuracy || *saved <= 0) continue;
    seeds.push_back({run->key, run->name, *saved, *accuracy, run->key == selection.a(),
                     run->key == selection.b()});
  }
  return seeds;
}

std::optional<ParetoPoint> pointOf(const Configuration& one, const Selection& selection) {
  ParetoPoint point;
  point.seeds = seedsOf(one, selection);
  const reports::SweepGroup& figures = one.figures;
  if (point.seeds.empty() || !figures.saved_bytes.mean || !figures.accuracy_ratio.mean) {
    return std::nullopt;
  }
  point.key = point.seeds.front().key;
  point.label = one.label;
  point.savedBytes = *figures.saved_bytes.mean;
  point.accuracyRatio = *figures.accuracy_ratio.mean;
  point.accuracy = figures.accuracy_ratio.interval;
  point.stepTimeS = figures.step_time_s.mean.value_or(0);
  point.isBaseline = one.isBaseline;
  point.isA = std::ranges::any_of(point.seeds, &ParetoSeed::isA);
  point.isB = std::ranges::any_of(point.seeds, &ParetoSeed::isB);
  point.isInFront = std::ranges::any_of(
      point.seeds, [&](const ParetoSeed& seed) { return selection.isInFront(seed.key); });
  return point;
}

void markFronts(Pareto& pareto) {
  QHash<int, double> best;
  for (ParetoPoint& point : pareto.points) {
    point.isFront = point.accuracyRatio > best.value(point.training, -1);
    if (point.isFront) best.insert(point.training, point.accuracyRatio);
  }
}

QString messageOf(const Pareto& pareto, qsizetype without, qsizetype runs) {
  if (pareto.points.empty()) return "No run has measured both accuracy and saved bytes yet.";
  QStringList parts;
  if (without > 0) {
    parts << QString("%1 of %2 runs have not measured accuracy and saved bytes.")
                 .arg(without)
                 .arg(runs);
  }
  if (pareto.trainings > 1) {
    parts << QString(
                 "%1 ways of training: a front each, for accuracies of different ones are not "
                 "compared.")
                 .arg(pareto.trainings);
  }
  return parts.join(' ');
}

}  // namespace

bool ParetoPoint::holds(const QString& run) const {
  return std::ranges::any_of(seeds, [&](const ParetoSeed& seed) { return seed.key == run; });
}

Pareto paretoOf(const ConfigurationList& configurations, std::size_t runs,
                const Selection& selection) {
  Pareto pareto;
  QHash<QString, int> trainings;
  qsizetype shown = 0;
  for (const Configuration& one : configurations) {
    auto point = pointOf(one, selection);
    if (!point) continue;
    shown += static_cast<qsizetype>(point->seeds.size());
    const int known = static_cast<int>(trainings.size());
    if (!trainings.contains(one.training)) trainings.insert(one.training, known);
    point->training = trainings.value(one.training);
    if (point->stepTimeS > 0) {
      pareto.fastest =
          pareto.fastest == 0 ? point->stepTimeS : std::min(pareto.fastest, point->stepTimeS);
      pareto.slowest = std::max(pareto.slowest, point->stepTimeS);
    }
    pareto.points.push_back(*std::move(point));
  }
  std::ranges::stable_sort(pareto.points, [](const ParetoPoint& x, const ParetoPoint& y) {
    return x.savedBytes != y.savedBytes ? x.savedBytes < y.savedBytes
                                        : x.accuracyRatio > y.accuracyRatio;
  });
  constexpr std::size_t mostLabels = 12;
  for (ParetoPoint& point : pareto.points) {
    point.isLabeled = point.isBaseline || pareto.points.size() <= mostLabels;
  }
  pareto.trainings = static_cast<int>(trainings.size());
  markFronts(pareto);
  const auto all = static_cast<qsizetype>(runs);
  pareto.message = messageOf(pareto, all - shown, all);
  return pareto;
}

void fillParetoTable(TableModel& table, const Pareto& pareto) {
  std::vector<TableRow> rows;
  for (const ParetoPoint& point : pareto.points) {
    if (!point.isInFront) continue;
    const Cell step = point.stepTimeS > 0
                          ? Cell{metricText(Metric::step, point.stepTimeS), point.stepTimeS, {}}
                          : Cell::none("not measured");
    const QString ab = point.isA ? (point.isB ? "A B" : "A") : (point.isB ? "B" : "");
    Cell half = Cell::none("one seed, and how many images were held out is not known");
    if (point.accuracy) {
      const double width = point.accuracy->half_width(point.accuracyRatio);
      half = {QString("±%1").arg(100 * width, 0, 'f', 1), width, {}};
    }
    const auto seeds = static_cast<qlonglong>(point.seeds.size());
    rows.push_back({{Cell::of(ab),
                     Cell::of(point.label),
                     {metricText(Metric::saved, point.savedBytes), point.savedBytes, {}},
                     {metricText(Metric::accuracy, point.accuracyRatio), point.accuracyRatio, {}},
                     half,
                     {QString::number(seeds), seeds, {}},
                     step,
                     Cell::of(point.isFront ? "front" : ""),
                     Cell::of(point.isBaseline ? "baseline" : "")},
                    point.key});
  }
  table.setTable({{"pick", "", false},
                  {"configuration", "Configuration", false},
                  {"saved_bytes", "Saved"},
                  {"heldout_accuracy_ratio", "Held-out"},
                  {"half_width_ratio", "±"},
                  {"seeds", "Seeds"},
                  {"step_time_s", "Step"},
                  {"front", "Front", false},
                  {"role", "Role", false}},
                 std::move(rows));
}

}  // namespace actscope::gui
