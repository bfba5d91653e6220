// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/configurations.hpp"

#include <QHash>
#include <algorithm>
#include <cmath>

#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/config/run_option.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

PointStatus pointStatus(const RunEntry& run) {
  if (run.isTrained()) return PointStatus::done;
  if (run.status == EntryStatus::failed || run.status == EntryStatus::unreadable) {
    return PointStatus::failed;
  }
  if (run.status == EntryStatus::skipped) return PointStatus::skipped;
  return PointStatus::running;
}

// The baselines of a sweep, and schemes that others are compared with wherever they stand.
bool isBaselineRun(const RunEntry& run) {
  const core::Preset* preset = core::find_preset(run.scheme.toStdString());
  return run.isBaseline || (preset != nullptr && !preset->has_blocks);
}

QString labelOf(const RunEntry& run, const RunEntry& first) {
  QString label = core::is_known("scheme", run.config)
                      ? QString::fromStdString(core::configuration_name(run.config))
                      : run.name;
  const QString apart = apartText(first.config, run.config);
  return apart.isEmpty() ? label : label + " (" + apart + ")";
}

// The half of an interval with one digit, two below a tenth.
QString halfText(const reports::SeedMean& figure) {
  if (!figure.interval) return {};
  const double half = 100 * figure.interval->half_width(*figure.mean);
  return QString(" ±%1").arg(half, 0, 'f', half < 0.1 ? 2 : 1);
}

}  // namespace

bool holds(const RunList& runs, const QString& key) {
  return std::ranges::any_of(runs, [&](const RunPointer& run) { return run->key == key; });
}

ConfigurationList configurationsOf(const RunList& runs) {
  SweepRecord record;
  std::vector<std::string> hashes;
  RunList readable;
  for (const RunPointer& run : runs) {
    if (!run->isReadable()) continue;
    SweepPointRecord point;
    point.role = run->isBaseline ? PointRole::baseline : PointRole::grid;
    point.status = pointStatus(*run);
    point.reason = run->reason.toStdString();
    point.config = run->config;
    if (run->isTrained()) point.summary = run->summary;
    point.heldout_samples = run->heldoutImages;
    record.points.push_back(std::move(point));
    hashes.push_back(run->dataHash());
    readable.push_back(run);
  }
  ConfigurationList configurations;
  for (reports::SweepGroup& group : reports::sweep_groups(record, hashes)) {
    Configuration one;
    const RunEntry& first = *readable[group.places.front()];
    one.label = labelOf(first, *readable.front());
    one.training = first.group;
    one.isBaseline = isBaselineRun(first);
    for (const std::size_t place : group.places) {
      (readable[place]->isTrained() ? one.runs : one.others).push_back(readable[place]);
    }
    one.figures = std::move(group);
    configurations.push_back(std::move(one));
  }
  return configurations;
}

QStringList trainingsOf(const ConfigurationList& configurations) {
  QStringList trainings;
  QHash<QString, int> counts;
  for (const Configuration& one : configurations) {
    if (one.runs.empty()) continue;
    if (!trainings.contains(one.training)) trainings << one.training;
    ++counts[one.training];
  }
  std::ranges::stable_sort(
      trainings, [&](const QString& a, const QString& b) { return counts[a] > counts[b]; });
  return trainings;
}

QString meanText(const reports::SeedMean& accuracyRatio) {
  if (!accuracyRatio.mean) return "–";
  return QString("%1%2 %").arg(100 * *accuracyRatio.mean, 0, 'f', 1).arg(halfText(accuracyRatio));
}

QString pointsText(const reports::SeedMean& differenceRatio) {
  if (!differenceRatio.mean) return "–";
  const double points = 100 * *differenceRatio.mean;
  return withSign(points, QString::number(std::abs(points), 'f', 1)) + halfText(differenceRatio) +
         " points";
}

}  // namespace actscope::gui
