// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/parallel.hpp"

#include <algorithm>

#include "models/run_table_model.hpp"
#include "models/selection.hpp"

namespace actscope::gui {
namespace {

constexpr int columnsOfAxes[] = {
    RunTableModel::model,   RunTableModel::dataset, RunTableModel::device,   RunTableModel::batch,
    RunTableModel::scheme,  RunTableModel::block,   RunTableModel::sparsity, RunTableModel::seed,
    RunTableModel::saved,   RunTableModel::peak,    RunTableModel::step,     RunTableModel::loss,
    RunTableModel::accuracy};

QString shownText(const RunTableModel& table, int row, int column) {
  return table.index(row, column).data().toString();
}

struct Scale {
  bool hasNumbers = false;
  double low = 0, high = 0;
  int lowRow = 0, highRow = 0;
  QStringList names;
};

// Blocks are names: 8x32 and 16x16 are as large. They stand by their size, other names by letters.
Scale scaleOf(const RunTableModel& table, int column) {
  Scale scale;
  std::vector<std::pair<QVariant, QString>> names;
  for (int row = 0; row < table.rowCount(); ++row) {
    const QVariant value = table.index(row, column).data(sortRole);
    if (!value.isValid()) continue;
    const bool isNumber = value.typeId() == QMetaType::Double && column != RunTableModel::block;
    if (isNumber) {
      const double number = value.toDouble();
      if (!scale.hasNumbers || number < scale.low) scale.low = number, scale.lowRow = row;
      if (!scale.hasNumbers || number > scale.high) scale.high = number, scale.highRow = row;
      scale.hasNumbers = true;
    } else if (const QString text = shownText(table, row, column);
               !text.isEmpty() && !scale.names.contains(text)) {
      scale.names << text;
      names.emplace_back(value, text);
    }
  }
  std::ranges::stable_sort(names, [column](const auto& x, const auto& y) {
    if (column == RunTableModel::block && x.first != y.first) {
      return x.first.toDouble() < y.first.toDouble();
    }
    return x.second < y.second;
  });
  scale.names.clear();
  for (const auto& [value, text] : names) scale.names << text;
  return scale;
}

std::optional<double> placeOf(const RunTableModel& table, int row, int column, const Scale& scale) {
  const QVariant value = table.index(row, column).data(sortRole);
  if (!value.isValid()) return std::nullopt;
  if (scale.hasNumbers) return (value.toDouble() - scale.low) / (scale.high - scale.low);
  const auto place = scale.names.indexOf(shownText(table, row, column));
  if (place < 0) return std::nullopt;
  return static_cast<double>(place) / static_cast<double>(scale.names.size() - 1);
}

}  // namespace

Parallel parallelOf(const RunList& runs) {
  Parallel parallel;
  RunList readable;
  for (const RunPointer& run : runs) {
    if (run->isReadable() && run->summary) readable.push_back(run);
  }
  if (readable.size() < 2) {
    parallel.message = readable.empty()
                           ? "No run has been measured yet."
                           : "One run differs from nothing: open a sweep, or more runs.";
    return parallel;
  }
  RunTableModel table;
  table.setRuns(readable);
  for (const RunPointer& run : readable) parallel.lines.push_back({run->key, run->name, {}, {}});
  for (const int column : columnsOfAxes) {
    const Scale scale = scaleOf(table, column);
    if (scale.hasNumbers ? scale.low >= scale.high : scale.names.size() < 2) continue;
    ParallelAxis& axis = parallel.axes.emplace_back();
    axis.field = table.headerData(column, Qt::Horizontal, plainRole).toString();
    axis.title = table.headerData(column, Qt::Horizontal).toString();
    axis.names = scale.names;
    if (scale.hasNumbers) axis.names.clear();
    axis.low = scale.hasNumbers ? shownText(table, scale.lowRow, column) : scale.names.first();
    axis.high = scale.hasNumbers ? shownText(table, scale.highRow, column) : scale.names.last();
    for (int row = 0; row < table.rowCount(); ++row) {
      ParallelLine& line = parallel.lines[static_cast<std::size_t>(row)];
      line.at.push_back(placeOf(table, row, column, scale));
      const QModelIndex cell = table.index(row, column);
      line.cells.push_back(
          {cell.data().toString(), cell.data(sortRole), cell.data(Qt::ToolTipRole).toString()});
    }
  }
  if (parallel.axes.size() < 2) {
    parallel.lines.clear();
    parallel.axes.clear();
    parallel.message = "These runs differ in nothing that is measured.";
  }
  return parallel;
}

void fillParallelTable(TableModel& table, const Parallel& parallel, const Selection& selection) {
  std::vector<Column> columns{{"run", "Run", false}};
  for (const ParallelAxis& axis : parallel.axes) {
    columns.push_back({axis.field, axis.title, axis.names.isEmpty()});
  }
  std::vector<TableRow> rows;
  for (const ParallelLine& line : parallel.lines) {
    if (!selection.isInFront(line.key)) continue;
    TableRow row{{Cell::of(line.name)}, line.key};
    row.cells.insert(row.cells.end(), line.cells.begin(), line.cells.end());
    rows.push_back(std::move(row));
  }
  table.setTable(std::move(columns), std::move(rows));
}

QSet<QString> keysWithin(const Parallel& parallel, const QHash<int, ParallelRange>& ranges) {
  QSet<QString> keys;
  if (ranges.isEmpty()) return keys;
  for (const ParallelLine& line : parallel.lines) {
    const bool isWithin = std::ranges::all_of(ranges.keys(), [&](int axis) {
      const auto& at = line.at[static_cast<std::size_t>(axis)];
      const ParallelRange range = ranges.value(axis);
      return at && *at >= range.low && *at <= range.high;
    });
    if (isWithin) keys.insert(line.key);
  }
  return keys;
}

}  // namespace actscope::gui
