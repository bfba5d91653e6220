// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/plan_sheet.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/base/units.hpp"
#include "actscope/core/planner/plan_steps.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/reports/plan/document.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

QString ratioText(double ratio) {
  return QString("%1x").arg(ratio, 0, 'f', 2);
}

QString errorText(double ratio) {
  return ratio > 0 ? QString("%1 %").arg(100 * ratio, 0, 'g', 2) : QString("0 %");
}

// "6 x int4, 2 x exact": how many blocks are kept each way, in the order of the blocks.
QString waysText(const PlanRecord& record) {
  QStringList names;
  std::vector<int> counts;
  for (const std::string& layer : record.layers) {
    const QString name = QString::fromStdString(layer);
    const qsizetype place = names.indexOf(name);
    if (place < 0) {
      names << name;
      counts.push_back(1);
    } else {
      ++counts[static_cast<std::size_t>(place)];
    }
  }
  QStringList parts;
  for (qsizetype i = 0; i < names.size(); ++i) {
    parts << QString("%1 x %2").arg(counts[static_cast<std::size_t>(i)]).arg(names[i]);
  }
  return parts.join("; ");
}

// Of the budget that the plan was made for: the first that is not above it.
std::size_t chosenStep(const PlanDocument& document) {
  const auto found = std::ranges::find_if(document.steps, [&](const PlanStep& step) {
    return step.record.budget_bytes <= document.plan.budget_bytes;
  });
  return found == document.steps.end()
             ? 0
             : static_cast<std::size_t>(std::distance(document.steps.begin(), found));
}

}  // namespace

const PlanCell& PlanGrid::at(int layer, int slot) const {
  return cells[static_cast<std::size_t>(layer) * static_cast<std::size_t>(slots.size()) +
               static_cast<std::size_t>(slot)];
}

PlanDocument readPlan(std::string_view text, std::string_view source) {
  PlanDocument document;
  document.plan = reports::read_plan_document(text, source);
  try {
    for (PlanRecord& step : core::plan_steps(document.plan)) {
      auto layers = core::footprint_of(step.config).layers;
      document.steps.push_back({std::move(step), std::move(layers)});
    }
  } catch (const std::exception& error) {
    document.steps.clear();
    document.message = QString("No other budgets: %1").arg(QString::fromUtf8(error.what()));
  }
  if (document.steps.empty() && !document.plan.layers.empty()) {
    document.steps.push_back({document.plan, {}});
  }
  if (document.steps.empty() && document.message.isEmpty()) {
    document.message = "Nothing fits under any budget.";
  }
  document.chosen = chosenStep(document);
  return document;
}

PlanGrid planGridOf(const PlanStep& step) {
  PlanGrid grid;
  for (const LayerFootprint& layer : step.layers) {
    grid.layers << QString::fromStdString(layer.name);
    for (const SlotFootprint& slot : layer.slots) {
      const QString name = QString::fromStdString(slot.name);
      if (!grid.slots.contains(name)) grid.slots << name;
    }
  }
  grid.cells.resize(static_cast<std::size_t>(grid.layers.size() * grid.slots.size()));
  auto row = grid.cells.begin();
  for (const LayerFootprint& layer : step.layers) {
    for (const SlotFootprint& slot : layer.slots) {
      PlanCell& cell = *(row + grid.slots.indexOf(QString::fromStdString(slot.name)));
      cell.store = slot.store.empty() ? QString("keep") : QString::fromStdString(slot.store);
      cell.bytes = static_cast<double>(slot.predicted_bytes.value_or(0));
      cell.dense = static_cast<double>(slot.dense_bytes.value_or(0));
      grid.largest = std::max({grid.largest, cell.bytes, cell.dense});
    }
    row += grid.slots.size();
  }
  return grid;
}

double slowdownOf(const PlanDocument& plan, const PlanEstimate& estimate) {
  double fastest = estimate.blocks_time_s;
  for (const PlanStep& step : plan.steps) {
    fastest = std::min(fastest, step.record.estimate.blocks_time_s);
  }
  return fastest > 0 ? estimate.blocks_time_s / fastest : 1;
}

QString planText(const PlanDocument& plan, std::size_t step) {
  const PlanRecord& record = plan.steps[step].record;
  const PlanEstimate& estimate = record.estimate;
  return QString("Budget %1: peak %2 predicted, blocks take %3 the fastest, gradients differ by %4")
      .arg(bytesText(static_cast<double>(record.budget_bytes)),
           bytesText(static_cast<double>(estimate.peak_bytes)),
           ratioText(slowdownOf(plan, estimate)), errorText(estimate.gradient_error_ratio));
}

void fillPlanTable(TableModel& table, const PlanDocument* plan) {
  const std::vector<Column> columns = {{"budget_bytes", "Budget"},
                                       {"peak_bytes", "Peak"},
                                       {"less_bytes", "Less than before"},
                                       {"saved_bytes", "Kept for backward"},
                                       {"blocks_time_s", "Time of blocks"},
                                       {"slowdown_ratio", "Of the fastest"},
                                       {"more_time_ratio", "More than before"},
                                       {"gradient_error_ratio", "Gradients differ"},
                                       {"layers", "Blocks", false}};
  std::vector<TableRow> rows;
  const PlanEstimate* before = nullptr;
  const auto bytes = [](std::int64_t value) {
    return Cell{bytesText(static_cast<double>(value)), QVariant::fromValue<qint64>(value), {}};
  };
  for (const PlanStep& step : plan == nullptr ? std::vector<PlanStep>() : plan->steps) {
    const PlanEstimate& now = step.record.estimate;
    const double slowdown = slowdownOf(*plan, now);
    TableRow row;
    row.cells = {bytes(step.record.budget_bytes), bytes(now.peak_bytes)};
    row.cells.push_back(before == nullptr ? Cell::none()
                                          : bytes(before->peak_bytes - now.peak_bytes));
    row.cells.push_back(bytes(now.saved_bytes));
    row.cells.push_back(
        {QString::fromStdString(format_duration(now.blocks_time_s)), now.blocks_time_s, {}});
    row.cells.push_back({ratioText(slowdown), slowdown, {}});
    const bool isCompared = before != nullptr && before->blocks_time_s > 0;
    const double more = isCompared ? now.blocks_time_s / before->blocks_time_s - 1 : 0;
    row.cells.push_back(
        isCompared
            ? Cell{withSign(more, QString("%1 %").arg(std::abs(100 * more), 0, 'f', 1)), more, {}}
            : Cell::none());
    row.cells.push_back({errorText(now.gradient_error_ratio), now.gradient_error_ratio, {}});
    row.cells.push_back(Cell::of(waysText(step.record)));
    rows.push_back(std::move(row));
    before = &now;
  }
  table.setTable(columns, std::move(rows));
}

}  // namespace actscope::gui
