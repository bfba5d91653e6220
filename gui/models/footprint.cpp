// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/footprint.hpp"

#include <QHash>
#include <algorithm>

#include "models/metric.hpp"

namespace actscope::gui {
namespace {

using Rows = std::vector<FootprintRow>;

// Adds the slots of one run to the rows, in its own order behind what is there.
void gather(const RunEntry& run, bool isA, bool isDense, Rows& rows,
            QHash<QString, std::size_t>& at) {
  for (const LayerFootprint& layer : run.record->layers) {
    for (const SlotFootprint& slot : layer.slots) {
      const QString layerName = QString::fromStdString(layer.name);
      const QString slotName = QString::fromStdString(slot.name);
      const QString id = layerName + '\n' + slotName;
      if (!at.contains(id)) {
        at.insert(id, rows.size());
        FootprintRow row;
        row.layer = layerName;
        row.slot = slotName;
        rows.push_back(row);
      }
      FootprintRow& row = rows[at.value(id)];
      const auto stored =
          static_cast<double>(slot.stored_bytes.value_or(slot.predicted_bytes.value_or(0)));
      (isA ? row.a : row.b) = stored;
      (isA ? row.storeA : row.storeB) = QString::fromStdString(slot.store);
      if (slot.dense_bytes && (isDense || !row.dense)) {
        row.dense = static_cast<double>(*slot.dense_bytes);
      }
    }
  }
}

Cell bytesCell(const std::optional<double>& bytes, const char* whyNot = "not in this run") {
  if (!bytes) return Cell::none(whyNot);
  return {bytesText(*bytes), *bytes, {}};
}

}  // namespace

std::optional<double> FootprintRow::of(Side side) const {
  if (side == Side::a) return a;
  if (side == Side::b) return b;
  if (!a || !b) return std::nullopt;
  return *b - *a;
}

Footprint footprintOf(const RunPointer& a, const RunPointer& b, Side side) {
  Footprint footprint;
  const bool isNeedingA = side != Side::b, isNeedingB = side != Side::a;
  footprint.message = missingPick(a, b, side);
  if (!footprint.message.isEmpty()) return footprint;
  for (const RunPointer& run : {isNeedingA ? a : nullptr, isNeedingB ? b : nullptr}) {
    if (!run || (run->record && !run->record->layers.empty())) continue;
    footprint.message = run->name + " has no footprint: " +
                        (run->reason.isEmpty() ? QString("it has no report yet.") : run->reason);
    return footprint;
  }
  QHash<QString, std::size_t> at;
  if (a && a->record) gather(*a, true, side == Side::a, footprint.rows, at);
  if (b && b->record) gather(*b, false, side != Side::a, footprint.rows, at);
  std::erase_if(footprint.rows, [&](const FootprintRow& row) { return !row.of(side); });
  for (const FootprintRow& row : footprint.rows) {
    if (!footprint.layers.contains(row.layer)) footprint.layers << row.layer;
    if (!footprint.slots.contains(row.slot)) footprint.slots << row.slot;
  }
  footprint.hasDense =
      std::ranges::any_of(footprint.rows, [](const FootprintRow& row) { return !!row.dense; });
  if (footprint.rows.empty()) footprint.message = "These runs have no slot in common.";
  return footprint;
}

void fillFootprintTable(TableModel& table, const Footprint& footprint) {
  std::vector<TableRow> rows;
  for (const FootprintRow& row : footprint.rows) {
    const auto difference = row.of(Side::difference);
    rows.push_back(
        {{Cell::of(row.layer), Cell::of(row.slot), Cell::of(row.storeA), Cell::of(row.storeB),
          bytesCell(row.dense, "no byte model knows this slot"), bytesCell(row.a), bytesCell(row.b),
          difference ? Cell{signedBytes(*difference), *difference, {}}
                     : Cell::none("needs A and B")},
         {}});
  }
  table.setTable({{"layer", "Layer", false},
                  {"slot", "Slot", false},
                  {"a_store", "Store A", false},
                  {"b_store", "Store B", false},
                  {"dense_bytes", "Dense"},
                  {"a_stored_bytes", "A"},
                  {"b_stored_bytes", "B"},
                  {"difference_bytes", "B − A"}},
                 std::move(rows));
}

}  // namespace actscope::gui
