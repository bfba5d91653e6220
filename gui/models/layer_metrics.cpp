// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/layer_metrics.hpp"

#include <QHash>
#include <algorithm>
#include <cmath>

#include "actscope/base/units.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

using Values = std::array<std::optional<double>, layerMetricsCount>;

constexpr LayerMetricFacts layerFacts[layerMetricsCount] = {
    {"stored_bytes", "Kept", false},        {"dense_over_stored_ratio", "Fewer", true},
    {"kept_norm_ratio", "Kept norm", true}, {"gradient_relative_error", "Gradient error", false},
    {"forward_time_s", "Forward", false},   {"backward_time_s", "Backward", false}};

std::optional<double>& at(Values& values, LayerMetric metric) {
  return values[static_cast<std::size_t>(metric)];
}

LayerMetric metricAt(int column) {
  return static_cast<LayerMetric>(column);
}

// The norm of a layer is that of its worst slot.
void takeFootprint(const LayerFootprint& layer, Values& values) {
  double stored = 0, dense = 0;
  bool hasDense = true;
  std::optional<double> norm;
  for (const SlotFootprint& slot : layer.slots) {
    stored += static_cast<double>(slot.stored_bytes.value_or(slot.predicted_bytes.value_or(0)));
    hasDense = hasDense && slot.dense_bytes.has_value();
    dense += static_cast<double>(slot.dense_bytes.value_or(0));
    if (slot.kept_norm_ratio) norm = std::min(norm.value_or(1), *slot.kept_norm_ratio);
  }
  if (layer.slots.empty()) return;
  at(values, LayerMetric::kept) = stored;
  if (hasDense && stored > 0) at(values, LayerMetric::fewer) = dense / stored;
  at(values, LayerMetric::keptNorm) = norm;
}

// The layers of one run behind those that are there.
void gatherLayers(const RunRecord& record, bool isA, std::vector<LayerMetricRow>& rows) {
  QHash<QString, std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) places.insert(rows[i].layer, i);
  const auto valuesOf = [&](const std::string& layer) -> Values& {
    const QString name = QString::fromStdString(layer);
    if (!places.contains(name)) {
      places.insert(name, rows.size());
      rows.emplace_back().layer = name;
    }
    LayerMetricRow& row = rows[places.value(name)];
    return isA ? row.a : row.b;
  };
  for (const LayerFootprint& layer : record.layers) {
    if (layer.slots.empty()) continue;
    takeFootprint(layer, valuesOf(layer.name));
  }
  for (const GradientError& gradient : record.gradients) {
    auto& worst = at(valuesOf(gradient.layer), LayerMetric::gradientError);
    worst = std::max(worst.value_or(0), gradient.relative_error);
  }
  if (!record.trace || record.trace->traced_steps <= 0) return;
  const auto steps = static_cast<double>(record.trace->traced_steps);
  for (const OperatorTiming& timing : record.operators) {
    const bool isForward = timing.phase == "forward";
    const bool isMeant = isForward || timing.phase == "backward";
    if (!isMeant || !places.contains(QString::fromStdString(timing.layer))) continue;
    auto& sum =
        at(valuesOf(timing.layer), isForward ? LayerMetric::forward : LayerMetric::backward);
    sum = sum.value_or(0) + timing.total_s / steps;
  }
}

}  // namespace

const LayerMetricFacts& factsOf(LayerMetric metric) {
  return layerFacts[static_cast<std::size_t>(metric)];
}

std::optional<double> LayerMetricRow::of(LayerMetric metric, Side side) const {
  const auto place = static_cast<std::size_t>(metric);
  if (side == Side::a) return a[place];
  if (side == Side::b) return b[place];
  if (!a[place] || !b[place]) return std::nullopt;
  return *b[place] - *a[place];
}

LayerMetrics layerMetricsOf(const RunPointer& a, const RunPointer& b, Side side) {
  LayerMetrics metrics;
  const bool isNeedingA = side != Side::b, isNeedingB = side != Side::a;
  metrics.message = missingPick(a, b, side);
  if (!metrics.message.isEmpty()) return metrics;
  for (const RunPointer& run : {isNeedingA ? a : nullptr, isNeedingB ? b : nullptr}) {
    if (!run || (run->record && !run->record->layers.empty())) continue;
    metrics.message = run->name + " says nothing of its layers: " +
                      (run->reason.isEmpty() ? "it has no report yet." : run->reason);
    return metrics;
  }
  if (isNeedingA) gatherLayers(*a->record, true, metrics.rows);
  if (isNeedingB) gatherLayers(*b->record, false, metrics.rows);
  QStringList missing;
  for (int column = 0; column < layerMetricsCount; ++column) {
    bool isThere = false;
    double& largest = metrics.largest[static_cast<std::size_t>(column)];
    for (const LayerMetricRow& row : metrics.rows) {
      const auto value = row.of(metricAt(column), side);
      isThere = isThere || value.has_value();
      largest = std::max(largest, std::abs(value.value_or(0)));
    }
    if (!isThere) missing << QString(layerFacts[column].title).toLower();
  }
  if (!missing.isEmpty()) {
    metrics.message = "Not measured: " + missing.join(", ") +
                      " (--trace timeline times layers, --gradient-errors N measures gradients).";
  }
  return metrics;
}

QString layerMetricText(LayerMetric metric, double value, bool isDifference) {
  const QString magnitude = [&] {
    const double size = isDifference ? std::abs(value) : value;
    switch (metric) {
      case LayerMetric::kept:
        return bytesText(size);
      case LayerMetric::fewer:
        return QString::number(size, 'f', 1) + "x";
      case LayerMetric::keptNorm:
        return QString::number(100 * size, 'f', 1) + (isDifference ? " pp" : " %");
      case LayerMetric::gradientError:
        return QString::number(size, 'f', 3);
      case LayerMetric::forward:
      case LayerMetric::backward:
        break;
    }
    return QString::fromStdString(format_duration(size));
  }();
  return isDifference ? withSign(value, magnitude) : magnitude;
}

std::optional<double> strengthOf(const LayerMetrics& metrics, std::size_t row, LayerMetric metric,
                                 Side side) {
  const auto value = metrics.rows[row].of(metric, side);
  if (!value) return std::nullopt;
  const double largest = metrics.largest[static_cast<std::size_t>(metric)];
  return largest > 0 ? *value / largest : 0;
}

void fillLayerTable(TableModel& table, const LayerMetrics& metrics, Side side) {
  std::vector<Column> columns{{"layer", "Layer", false}};
  for (const LayerMetricFacts& facts : layerFacts) columns.push_back({facts.field, facts.title});
  std::vector<TableRow> rows;
  for (const LayerMetricRow& row : metrics.rows) {
    std::vector<Cell> cells{Cell::of(row.layer)};
    for (int column = 0; column < layerMetricsCount; ++column) {
      const auto value = row.of(metricAt(column), side);
      cells.push_back(
          value ? Cell{layerMetricText(metricAt(column), *value, side == Side::difference),
                       *value,
                       {}}
                : Cell::none("not measured"));
    }
    rows.push_back({std::move(cells), {}});
  }
  table.setTable(std::move(columns), std::move(rows));
}

}  // namespace actscope::gui
