// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <array>
#include <optional>
#include <vector>

#include "models/run_entry.hpp"
#include "models/selection.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// What is told of a layer, in the order of the columns.
enum class LayerMetric { kept, fewer, keptNorm, gradientError, forward, backward };
inline constexpr int layerMetricsCount = 6;

struct LayerMetricFacts {
  const char* field;  ///< in CSV: "stored_bytes"
  const char* title;  ///< "Kept"
  bool isMoreBetter;
};
const LayerMetricFacts& factsOf(LayerMetric metric);

/// One layer of A and of B. Units: bytes, ratios, seconds a step. Absent: not measured.
struct LayerMetricRow {
  QString layer;
  std::array<std::optional<double>, layerMetricsCount> a, b;

  /// For B − A where both are there.
  std::optional<double> of(LayerMetric metric, Side side) const;
};

struct LayerMetrics {
  std::vector<LayerMetricRow> rows;                 ///< in forward order
  std::array<double, layerMetricsCount> largest{};  ///< of the side, in size
  QString message;                                  ///< why there is nothing, or what is missing
};

/// Bytes and kept norm of the footprint, the largest relative error of a layer's gradients, time by
/// scopes.
LayerMetrics layerMetricsOf(const RunPointer& a, const RunPointer& b, Side side);

/// "4.00 MiB", "17.6x", "81.2 %", "0.083", "3.2 ms", or with a sign for a difference.
QString layerMetricText(LayerMetric metric, double value, bool isDifference);

/// How strongly a cell is colored, against the largest of its column: 0 to 1, or −1 to 1 for a
/// difference. Absent where the value is.
std::optional<double> strengthOf(const LayerMetrics& metrics, std::size_t row, LayerMetric metric,
                                 Side side);

void fillLayerTable(TableModel& table, const LayerMetrics& metrics, Side side);

}  // namespace actscope::gui
