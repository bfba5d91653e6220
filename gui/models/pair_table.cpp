// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/pair_table.hpp"

#include <algorithm>
#include <cmath>

#include "models/metric.hpp"

namespace actscope::gui {
namespace {

// Three significant digits, zeros at the end included: 1.00x, 0.210x, 0.0563x.
QString ratioText(double ratio) {
  const int digits = ratio == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::abs(ratio)))) + 1;
  return QString("%1x").arg(ratio, 0, 'f', std::clamp(3 - digits, 0, 8));
}

}  // namespace

void fillPairTable(TableModel& table, const RunPointer& a, const RunPointer& b) {
  std::vector<TableRow> rows;
  const auto cell = [](Metric metric, const std::optional<double>& value) {
    if (!value) return Cell::none("not measured");
    return Cell{metricText(metric, *value), *value, {}};
  };
  const auto valueOf = [](const RunPointer& run, Metric metric) {
    std::optional<double> value;
    if (run) value = metricValue(*run, metric);
    return value;
  };
  for (const MetricFacts& facts : metrics()) {
    const auto x = valueOf(a, facts.metric);
    const auto y = valueOf(b, facts.metric);
    TableRow row;
    row.cells = {{facts.title, facts.field, {}}, cell(facts.metric, x), cell(facts.metric, y)};
    if (x && y) {
      const double of = x.value_or(0), to = y.value_or(0);
      const QString noise = facts.metric == Metric::accuracy ? noiseText(*a, *b) : QString();
      row.cells.push_back({differenceText(facts.metric, to - of) + noise, to - of, {}});
      row.cells.push_back(of != 0 ? Cell{ratioText(to / of), to / of, {}} : Cell::none("A is 0"));
    } else {
      row.cells.push_back(Cell::none("needs A and B"));
      row.cells.push_back(Cell::none("needs A and B"));
    }
    rows.push_back(std::move(row));
  }
  const QString apart = a && b ? apartText(a->config, b->config) : QString();
  if (!apart.isEmpty()) {
    rows.push_back({{Cell::of("Training of B"), Cell::none("as the reference"),
                     Cell::of("not alike"), Cell::of(apart), Cell::none("no number")},
                    {}});
  }
  table.setTable({{"metric", "Metric", false},
                  {"a", "A"},
                  {"b", "B"},
                  {"difference", "B − A"},
                  {"ratio", "B / A"}},
                 std::move(rows));
}

}  // namespace actscope::gui
