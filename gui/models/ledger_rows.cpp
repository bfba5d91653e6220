// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/ledger_rows.hpp"

#include <QHash>
#include <QStringList>
#include <algorithm>
#include <map>
#include <utility>

#include "models/folded_name.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

QString layerText(const std::string& layer) {
  return layer.empty() ? QString(no_layer) : QString::fromStdString(layer);
}

QString shapeText(const LedgerHolder& holder) {
  if (holder.sizes.empty()) return "scalar";
  QStringList sizes;
  for (const std::int64_t size : holder.sizes) sizes << QString::number(size);
  return sizes.join('x');
}

// Everyone but the first, each once: "blocks.0.up Gelu.self".
QString alsoText(const LedgerStorage& storage) {
  QStringList names;
  for (std::size_t i = 1; i < storage.holders.size(); ++i) {
    const LedgerHolder& holder = storage.holders[i];
    const bool isElsewhere = holder.layer != storage.holders.front().layer;
    const QString name = QString::fromStdString(name_of(holder));
    names << (isElsewhere ? layerText(holder.layer) + ' ' + name : name);
  }
  names.removeDuplicates();
  return names.join(", ");
}

QString notesText(const LedgerStorage& storage) {
  QStringList notes;
  if (storage.is_older) notes << "older than the step";
  if (storage.is_output) notes << "an output too";
  if (storage.is_at_peak && !*storage.is_at_peak) notes << "gone at the peak";
  if (storage.other_references > 0) notes << "held from outside too";
  const bool isChanged = std::ranges::any_of(
      storage.holders, [](const LedgerHolder& h) { return h.state == SavedState::modified; });
  if (isChanged) notes << "changed in place";
  return notes.join(", ");
}

QString groupOf(const LedgerRow& row, LedgerGrouping grouping) {
  switch (grouping) {
    case LedgerGrouping::layer:
      return row.layer;
    case LedgerGrouping::foldedLayer:
      return foldedName(row.layer);
    case LedgerGrouping::holder:
      return row.holder;
    case LedgerGrouping::dtype:
      break;
  }
  return row.dtype;
}

// What the ledger counts: the allocator's bytes, or the storages' where it was not asked.
double keptBytes(const LedgerRecord& ledger, const LedgerStorage& storage) {
  const bool hasAllocator = ledger.live_bytes.value.has_value();
  if (hasAllocator || storage.is_older) return static_cast<double>(storage.kept_bytes());
  return static_cast<double>(storage.storage_bytes);
}

std::vector<LedgerRow> rowsOf(const LedgerRecord& ledger, Side side) {
  std::vector<LedgerRow> rows;
  rows.reserve(ledger.storages.size());
  for (const LedgerStorage& storage : ledger.storages) {
    if (storage.holders.empty()) continue;
    const LedgerHolder& owner = storage.holders.front();
    LedgerRow& row = rows.emplace_back();
    row.layer = layerText(owner.layer);
    row.slot = QString::fromStdString(owner.slot);
    row.holder = QString::fromStdString(name_of(owner));
    row.dtype = QString::fromStdString(owner.dtype);
    row.shape = shapeText(owner);
    row.also = alsoText(storage);
    row.notes = notesText(storage);
    (side == Side::a ? row.a : row.b) = keptBytes(ledger, storage);
    row.unused = static_cast<double>(storage.unused_bytes);
  }
  return rows;
}

void gather(QString& into, const QString& name) {
  if (name.isEmpty() || into.split(", ").contains(name)) return;
  into += (into.isEmpty() ? "" : ", ") + name;
}

// Storages of two runs are not the same ones, and codes have other names and types than what they
// stand for: what makes a pair is the layer with the slot or, where slots have no names, with the
// operator that holds it.
std::vector<LedgerRow> pairedRows(std::vector<LedgerRow> a, std::vector<LedgerRow> b) {
  std::map<std::pair<QString, QString>, std::size_t> at;
  std::vector<LedgerRow> rows;
  for (const bool isA : {true, false}) {
    for (LedgerRow& one : isA ? a : b) {
      const QString node = one.holder.section('.', 0, 0);
      const QString part = one.slot.isEmpty() ? node : "slot " + one.slot;
      const auto [place, isNew] = at.try_emplace({one.layer, part}, rows.size());
      if (isNew) {
        LedgerRow& row = rows.emplace_back();
        row.layer = one.layer;
        row.slot = one.slot;
        row.storages = 0;
      }
      LedgerRow& row = rows[place->second];
      std::optional<double>& sum = isA ? row.a : row.b;
      sum = sum.value_or(0) + (isA ? one.a : one.b).value_or(0);
      gather(row.holder, node);
      gather(row.dtype, one.dtype);
      if (!isA) row.unused += one.unused;
      if (!isA) ++row.storages;
    }
  }
  return rows;
}

QString whyNoLedger(const RunEntry& run) {
  if (!run.record) {
    return run.name +
           " has no ledger: " + (run.reason.isEmpty() ? "it has no report yet." : run.reason);
  }
  if (run.record->ledger) return {};
  const bool isOff = run.config.trace.empty() || run.config.trace == "off";
  return run.name + " has no ledger: " +
         (isOff ? "it was trained with --trace off; --trace ledger and every level above read one."
                : "its report was written without one.");
}

QString summaryOf(const Ledger& ledger, Side side) {
  int storages = 0, shared = 0;
  double unused = 0;
  for (const LedgerRow& row : ledger.rows) {
    storages += row.storages;
    shared += row.also.isEmpty() ? 0 : 1;
    unused += row.unused;
  }
  QStringList parts;
  if (side == Side::difference) {
    parts << "B keeps " + signedBytes(ledger.kept) + " against A";
  } else {
    parts << QString("%1 kept on %2 storages").arg(bytesText(ledger.kept)).arg(storages);
    if (shared > 0) parts << QString("%1 with several holders").arg(shared);
  }
  if (unused > 0) parts << bytesText(unused) + " pinned by views and read by nobody";
  parts << (ledger.residual ? "residual " + bytesText(*ledger.residual) : "residual not counted");
  return parts.join(", ") + ".";
}

}  // namespace

double LedgerRow::of(Side side) const {
  if (side == Side::a) return a.value_or(0);
  if (side == Side::b) return b.value_or(0);
  return b.value_or(0) - a.value_or(0);
}

double LedgerRow::extent(Side side) const {
  return side == Side::difference ? std::max(a.value_or(0), b.value_or(0)) : of(side);
}

Ledger ledgerOf(const RunPointer& a, const RunPointer& b, Side side, LedgerGrouping grouping) {
  Ledger ledger;
  const bool isNeedingA = side != Side::b, isNeedingB = side != Side::a;
  ledger.message = missingPick(a, b, side);
  if (!ledger.message.isEmpty()) return ledger;
  for (const RunPointer& run : {isNeedingA ? a : nullptr, isNeedingB ? b : nullptr}) {
    if (run) ledger.message = whyNoLedger(*run);
    if (!ledger.message.isEmpty()) return ledger;
  }
  const LedgerRecord& shown = *(isNeedingB ? b : a)->record->ledger;
  if (side == Side::difference) {
    ledger.rows = pairedRows(rowsOf(*a->record->ledger, Side::a), rowsOf(shown, Side::b));
  } else {
    ledger.rows = rowsOf(shown, side);
  }
  std::map<QString, double> sums;
  for (LedgerRow& row : ledger.rows) {
    row.group = groupOf(row, grouping);
    sums[row.group] += row.extent(side);
    ledger.kept += row.of(side);
  }
  std::ranges::stable_sort(ledger.rows, [side](const LedgerRow& x, const LedgerRow& y) {
    return x.extent(side) > y.extent(side);
  });
  for (const auto& [group, bytes] : sums) ledger.groups << group;
  std::ranges::stable_sort(
      ledger.groups, [&](const QString& x, const QString& y) { return sums.at(x) > sums.at(y); });
  if (shown.residual_bytes.value)
    ledger.residual = static_cast<double>(*shown.residual_bytes.value);
  ledger.summary = summaryOf(ledger, side);
  return ledger;
}

void fillLedgerTable(TableModel& table, const Ledger& ledger, Side side) {
  const auto bytesCell = [](const std::optional<double>& bytes) {
    return bytes ? Cell{bytesText(*bytes), *bytes, {}} : Cell::none("not in this run");
  };
  const bool isDifference = side == Side::difference;
  std::vector<TableRow> rows;
  for (const LedgerRow& row : ledger.rows) {
    std::vector<Cell> cells{Cell::of(row.layer), Cell::of(row.holder)};
    if (isDifference) {
      cells.push_back(bytesCell(row.a));
      cells.push_back(bytesCell(row.b));
      cells.push_back({signedBytes(row.of(side)), row.of(side), {}});
    } else {
      cells.push_back(bytesCell(side == Side::a ? row.a : row.b));
      const double share = ledger.kept > 0 ? row.of(side) / ledger.kept : 0;
      cells.push_back({QString::number(100 * share, 'f', 1) + " %", share, {}});
      cells.push_back(Cell::of(row.also));
    }
    cells.push_back(Cell::of(row.slot));
    cells.push_back(Cell::of(row.dtype));
    if (!isDifference) cells.push_back(Cell::of(row.shape));
    cells.push_back(row.unused > 0 ? bytesCell(row.unused) : Cell{"", 0.0, {}});
    if (!isDifference) cells.push_back(Cell::of(row.notes));
    rows.push_back({std::move(cells), {}});
  }
  std::vector<Column> columns{{"layer", "Layer", false}, {"holder", "Holder", false}};
  if (isDifference) {
    columns.insert(columns.end(),
                   {{"a_kept_bytes", "A"}, {"b_kept_bytes", "B"}, {"difference_bytes", "B − A"}});
  } else {
    columns.insert(columns.end(),
                   {{"kept_bytes", "Kept"}, {"share", "Share"}, {"also", "Also by", false}});
  }
  columns.push_back({"slot", "Slot", false});
  columns.push_back({"dtype", "Type", false});
  if (!isDifference) columns.push_back({"shape", "Shape", false});
  columns.push_back({"unused_bytes", "Unread"});
  if (!isDifference) columns.push_back({"notes", "Notes", false});
  table.setTable(std::move(columns), std::move(rows));
}

}  // namespace actscope::gui
