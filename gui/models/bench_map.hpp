// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <memory>
#include <vector>

#include "actscope/base/kernels_bench_record.hpp"
#include "models/document_entry.hpp"
#include "models/heat_map.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// A document of `actscope bench kernels`.
using BenchEntry = DocumentEntry<KernelsBenchRecord>;
using BenchPointer = std::shared_ptr<const BenchEntry>;
using BenchList = std::vector<BenchPointer>;

/// What a heat map of kernels shows.
enum class BenchFigure { toDense, toLibtorch, roofline, gflopPerS, gbPerS, keptNorm };

/// "Time over the best dense library", …, in the order of BenchFigure.
const QStringList& benchFigures();
/// Whether good and bad meet at 1.
bool isRatio(BenchFigure figure);
/// "0.50", "66 %", "185".
QString benchText(BenchFigure figure, double value);

struct BenchQuery {
  BenchPointer document;
  QString variant;  ///< one of benchVariants
  QString shape;
  BenchFigure figure = BenchFigure::toDense;
};

/// The combinations of back end, type and threads that a document has rows of: "cuda fp16".
QStringList benchVariants(const BenchPointer& document);
QStringList benchShapes(const BenchPointer& document);

/// Blocks by sparsities of one shape and variant. Cells have no runs.
HeatMap benchMapOf(const BenchQuery& query);

/// One row a cell: all figures of it.
void fillBenchTable(TableModel& table, const BenchQuery& query);

}  // namespace actscope::gui
