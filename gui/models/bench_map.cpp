// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/bench_map.hpp"

#include <algorithm>

#include "actscope/base/units.hpp"

namespace actscope::gui {
namespace {

QString variantOf(const KernelResult& row) {
  const QString text = QString::fromStdString(row.backend + " " + row.dtype);
  if (row.threads == 0) return text;
  return QString("%1, %2 thread%3").arg(text).arg(row.threads).arg(row.threads == 1 ? "" : "s");
}

bool isGradient(const KernelResult& row) {
  return row.operation.ends_with("_gradient");
}

Measured<double> figureOf(const KernelResult& row, BenchFigure figure) {
  switch (figure) {
    case BenchFigure::toDense:
      return row.to_dense.ratio;
    case BenchFigure::toLibtorch:
      return row.to_libtorch.ratio;
    case BenchFigure::roofline:
      return row.roofline_ratio;
    case BenchFigure::gflopPerS:
      return row.gflop_per_s;
    case BenchFigure::gbPerS:
      return Measured<double>::of(row.gb_per_s);
    case BenchFigure::keptNorm:
      return row.kept_norm_ratio;
  }
  return {};
}

QString tipOf(const KernelResult& row) {
  QString tip = QString::fromStdString(format_duration(row.time_s));
  if (row.dense_time_s.value) {
    tip += QString(" against %1 of %2")
               .arg(QString::fromStdString(format_duration(*row.dense_time_s.value)),
                    QString::fromStdString(row.dense_name));
  }
  return tip;
}

// The gradient of a cell; null: not measured yet.
const KernelResult* rowOf(const BenchQuery& query, const KernelBlock& block, double sparsity) {
  const auto& rows = query.document->record->results;
  const auto found = std::ranges::find_if(rows, [&](const KernelResult& row) {
    return isGradient(row) && variantOf(row) == query.variant &&
           QString::fromStdString(row.shape) == query.shape && row.block_rows == block.rows &&
           row.block_cols == block.cols && row.sparsity_ratio == sparsity;
  });
  return found == rows.end() ? nullptr : &*found;
}

HeatCell cellOf(const KernelResult* row, BenchFigure figure) {
  HeatCell cell;
  if (row == nullptr) {
    cell.state = HeatCell::State::pending;
    cell.text = "to come";
    return cell;
  }
  const Measured<double> value = figureOf(*row, figure);
  cell.tip = tipOf(*row);
  if (!value.value) {
    cell.text = "–";
    cell.tip += "; " + QString::fromStdString(value.reason);
    return cell;
  }
  cell.state = HeatCell::State::measured;
  cell.value = *value.value;
  cell.text = benchText(figure, cell.value);
  return cell;
}

bool canBeShown(const BenchQuery& query) {
  return query.document && query.document->record && !query.variant.isEmpty();
}

Cell numberCell(BenchFigure figure, const KernelResult& row) {
  const Measured<double> value = figureOf(row, figure);
  if (!value.value) return Cell::none(QString::fromStdString(value.reason));
  return {benchText(figure, *value.value), *value.value, {}};
}

}  // namespace

const QStringList& benchFigures() {
  static const QStringList titles{"Time over the best dense library",
                                  "Time over LibTorch's product",
                                  "Share of the roofline",
                                  "GFLOP/s on kept blocks",
                                  "GB/s",
                                  "Kept norm"};
  return titles;
}

bool isRatio(BenchFigure figure) {
  return figure == BenchFigure::toDense || figure == BenchFigure::toLibtorch;
}

QString benchText(BenchFigure figure, double value) {
  switch (figure) {
    case BenchFigure::roofline:
      return QString("%1 %").arg(100 * value, 0, 'f', 0);
    case BenchFigure::gflopPerS:
      return QString::number(value, 'f', 0);
    case BenchFigure::gbPerS:
      return QString::number(value, 'f', 1);
    case BenchFigure::keptNorm:
      return QString::number(value, 'f', 3);
    default:
      return QString::number(value, 'f', 2);
  }
}

QStringList benchVariants(const BenchPointer& document) {
  QStringList variants;
  if (!document || !document->record) return variants;
  for (const KernelResult& row : document->record->results) {
    if (!variants.contains(variantOf(row))) variants << variantOf(row);
  }
  return variants;
}

QStringList benchShapes(const BenchPointer& document) {
  QStringList shapes;
  if (!document || !document->record) return shapes;
  for (const std::string& shape : document->record->settings.shapes) {
    shapes << QString::fromStdString(shape);
  }
  return shapes;
}

HeatMap benchMapOf(const BenchQuery& query) {
  HeatMap map;
  if (!query.document) {
    map.message =
        "No document of actscope bench kernels: open its kernels.json, or a folder that has it.";
    return map;
  }
  if (!canBeShown(query)) {
    map.message = query.document->reason.isEmpty() ? query.document->name + " has no point yet."
                                                   : query.document->reason;
    return map;
  }
  const KernelsBenchRecord& record = *query.document->record;
  map.panels = QStringList{QString()};
  map.rowTitle = heatTitle("block");
  map.columnTitle = heatTitle("sparsity");
  for (const double sparsity : record.settings.sparsities) {
    map.columns << QString("%1 %").arg(100 * sparsity, 0, 'g', 4);
  }
  for (const KernelBlock& block : record.settings.blocks) {
    map.rows << QString("%1x%2").arg(block.rows).arg(block.cols);
    for (const double sparsity : record.settings.sparsities) {
      map.cells.push_back(cellOf(rowOf(query, block, sparsity), query.figure));
    }
  }
  if (record.status != RunStatus::completed) {
    map.message = "Not all points were measured: " + QString::fromStdString(record.status_reason);
  }
  return map;
}

void fillBenchTable(TableModel& table, const BenchQuery& query) {
  std::vector<TableRow> rows;
  if (canBeShown(query)) {
    const KernelsSettings& settings = query.document->record->settings;
    for (const KernelBlock& block : settings.blocks) {
      for (const double sparsity : settings.sparsities) {
        const KernelResult* row = rowOf(query, block, sparsity);
        if (row == nullptr) continue;
        rows.push_back({{Cell::of(QString("%1x%2").arg(block.rows).arg(block.cols)),
                         {QString("%1 %").arg(100 * sparsity, 0, 'g', 4), sparsity, {}},
                         {QString::fromStdString(format_duration(row->time_s)), row->time_s, {}},
                         numberCell(BenchFigure::toDense, *row),
                         Cell::of(QString::fromStdString(row->dense_name)),
                         numberCell(BenchFigure::toLibtorch, *row),
                         numberCell(BenchFigure::gflopPerS, *row),
                         numberCell(BenchFigure::gbPerS, *row),
                         numberCell(BenchFigure::roofline, *row),
                         numberCell(BenchFigure::keptNorm, *row)},
                        {}});
      }
    }
  }
  table.setTable({{"block", "Block", false},
                  {"sparsity_ratio", "Sparsity"},
                  {"time_s", "Time"},
                  {"ratio_to_dense", "Of dense"},
                  {"dense_name", "Dense", false},
                  {"ratio_to_libtorch", "Of LibTorch"},
                  {"gflop_per_s", "GFLOP/s"},
                  {"gb_per_s", "GB/s"},
                  {"roofline_ratio", "Of roofline"},
                  {"kept_norm_ratio", "Kept norm"}},
                 std::move(rows));
}

}  // namespace actscope::gui
