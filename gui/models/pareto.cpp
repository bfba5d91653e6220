// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/pareto.hpp"

#include <QHash>
#include <algorithm>

#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/config/run_option.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

// The baselines of a sweep, and schemes that others are compared with wherever they stand.
bool isBaseline(const RunEntry& run) {
  const core::Preset* preset = core::find_preset(run.scheme.toStdString());
  return run.isBaseline || (preset != nullptr && !preset->has_blocks);
}

}  // namespace

Pareto paretoOf(const RunList& runs, const Selection& selection) {
  Pareto pareto;
  int without = 0;
  QHash<QString, int> trainings;
  const RunEntry* first = nullptr;
  for (const RunPointer& run : runs) {
    const auto saved = metricValue(*run, Metric::saved);
    const auto accuracy = metricValue(*run, Metric::accuracy);
    if (!run->isTrained() || !saved || !accuracy || *saved <= 0) {
      ++without;
      continue;
    }
    ParetoPoint point;
    point.key = run->key;
    point.name = run->name;
    const bool isSchemeKnown = core::is_known("scheme", run->config);
    point.label =
        isSchemeKnown ? QString::fromStdString(core::configuration_name(run->config)) : run->group;
    if (first == nullptr) first = run.get();
    const QString apart = apartText(first->config, run->config);
    if (!apart.isEmpty()) point.label += " (" + apart + ")";
    const int known = static_cast<int>(trainings.size());
    if (!trainings.contains(run->group)) trainings.insert(run->group, known);
    point.training = trainings.value(run->group);
    point.savedBytes = *saved;
    point.accuracyRatio = *accuracy;
    point.stepTimeS = metricValue(*run, Metric::step).value_or(0);
    point.isBaseline = isBaseline(*run);
    point.isA = run->key == selection.a();
    point.isB = run->key == selection.b();
    point.isInFront = selection.isInFront(run->key);
    if (point.stepTimeS > 0) {
      pareto.fastest =
          pareto.fastest == 0 ? point.stepTimeS : std::min(pareto.fastest, point.stepTimeS);
      pareto.slowest = std::max(pareto.slowest, point.stepTimeS);
    }
    pareto.points.push_back(std::move(point));
  }
  std::ranges::stable_sort(pareto.points, [](const ParetoPoint& x, const ParetoPoint& y) {
    return x.savedBytes != y.savedBytes ? x.savedBytes < y.savedBytes
                                        : x.accuracyRatio > y.accuracyRatio;
  });
  constexpr qsizetype mostLabels = 12;
  QSet<QString> labels;
  for (const ParetoPoint& point : pareto.points) labels.insert(point.label);
  for (ParetoPoint& point : pareto.points) {
    point.isLabeled = point.isBaseline || labels.size() <= mostLabels;
  }
  pareto.trainings = static_cast<int>(trainings.size());
  QHash<int, double> best;
  for (ParetoPoint& point : pareto.points) {
    point.isFront = point.accuracyRatio > best.value(point.training, -1);
    if (point.isFront) best.insert(point.training, point.accuracyRatio);
  }
  if (pareto.points.empty()) {
    pareto.message = "No run has measured both accuracy and saved bytes yet.";
  } else if (without > 0) {
    pareto.message = QString("%1 of %2 runs have not measured accuracy and saved bytes.")
                         .arg(without)
                         .arg(runs.size());
  }
  if (pareto.trainings > 1) {
    pareto.message += QString(
                          "%1%2 ways of training: a front each, for accuracies of different "
                          "ones are not compared.")
                          .arg(pareto.message.isEmpty() ? "" : " ")
                          .arg(pareto.trainings);
  }
  return pareto;
}

void fillParetoTable(TableModel& table, const Pareto& pareto) {
  std::vector<TableRow> rows;
  for (const ParetoPoint& point : pareto.points) {
    const Cell step = point.stepTimeS > 0
                          ? Cell{metricText(Metric::step, point.stepTimeS), point.stepTimeS, {}}
                          : Cell::none("not measured");
    const QString ab = point.isA ? (point.isB ? "A B" : "A") : (point.isB ? "B" : "");
    rows.push_back({{Cell::of(ab),
                     Cell::of(point.name),
                     {metricText(Metric::saved, point.savedBytes), point.savedBytes, {}},
                     {metricText(Metric::accuracy, point.accuracyRatio), point.accuracyRatio, {}},
                     step,
                     Cell::of(point.isFront ? "front" : ""),
                     Cell::of(point.isBaseline ? "baseline" : "")},
                    point.key});
  }
  table.setTable({{"pick", "", false},
                  {"run", "Run", false},
                  {"saved_bytes", "Saved"},
                  {"heldout_accuracy_ratio", "Held-out"},
                  {"step_time_s", "Step"},
                  {"front", "Front", false},
                  {"role", "Role", false}},
                 std::move(rows));
}

}  // namespace actscope::gui
