// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "actscope/base/footprint_record.hpp"
#include "actscope/base/plan_record.hpp"
#include "models/document_entry.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// What the measurements behind a plan give under one budget.
struct PlanStep {
  PlanRecord record;
  std::vector<LayerFootprint> layers;  ///< what each slot of each layer is kept as, and its bytes
};

/// What `actscope plan --out` wrote, and what it would have chosen under other budgets.
struct PlanDocument {
  PlanRecord plan;
  std::vector<PlanStep> steps;  ///< from the most memory down; at least the plan's own if it fits
  QString message;         ///< why there is no step, or none but the plan's own; empty: there are
  std::size_t chosen = 0;  ///< the step of the plan's own budget
};

using PlanEntry = DocumentEntry<PlanDocument>;
using PlanPointer = std::shared_ptr<const PlanEntry>;
using PlanList = std::vector<PlanPointer>;

/// Reads an `actscope.plan` document and works out its steps: on a thread that may take a second.
/// Errors  ReportFormatError: as reports::read_plan_document
PlanDocument readPlan(std::string_view text, std::string_view source);

/// One slot of one layer.
struct PlanCell {
  QString store;     ///< "int4"; empty: the layer has no such slot
  double bytes = 0;  ///< kept
  double dense = 0;  ///< what plain autograd keeps; 0: nothing, or not known
};

/// Layers from above, slots from the left.
struct PlanGrid {
  QStringList layers, slots;
  std::vector<PlanCell> cells;  ///< layer by layer
  double largest = 0;           ///< bytes of the largest cell, kept or dense

  const PlanCell& at(int layer, int slot) const;
};

PlanGrid planGridOf(const PlanStep& step);

/// "Budget 400 MiB: peak 398 MiB, blocks take 1.12x the fastest, gradients differ by 3.1 %."
QString planText(const PlanDocument& plan, std::size_t step);
/// Of the fastest of its steps. Units: ratio.
double slowdownOf(const PlanDocument& plan, const PlanEstimate& estimate);

/// One row a step: what each step down in memory costs. Null: none.
void fillPlanTable(TableModel& table, const PlanDocument* plan);

}  // namespace actscope::gui
