// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/kernels.hpp"

#include <QHash>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "actscope/base/units.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

double stepsOf(const RunRecord& record) {
  if (!record.trace || record.trace->traced_steps <= 0) return 0;
  return static_cast<double>(record.trace->traced_steps);
}

bool isTraced(const RunPointer& run) {
  return run->record && !(run->record->operators.empty() && run->record->kernels.empty());
}

using Index = QHash<QString, std::size_t>;

void gather(const RunRecord& record, bool isA, double divisor, std::vector<KernelRow>& rows,
            Index& at) {
  for (const auto* list : {&record.operators, &record.kernels}) {
    for (const OperatorTiming& timing : *list) {
      KernelRow row;
      row.layer = QString::fromStdString(timing.layer);
      row.slot = QString::fromStdString(timing.slot);
      row.phase = QString::fromStdString(timing.phase);
      row.name = QString::fromStdString(timing.name);
      row.device = QString::fromStdString(timing.device);
      row.source = QString::fromStdString(timing.source);
      const QString id =
          QStringList{row.layer, row.slot, row.phase, row.name, row.device, row.source}.join('\n');
      if (!at.contains(id)) {
        at.insert(id, rows.size());
        rows.push_back(row);
      }
      KernelRow& kept = rows[at.value(id)];
      auto& calls = isA ? kept.callsA : kept.callsB;
      auto& seconds = isA ? kept.secondsA : kept.secondsB;
      calls = calls.value_or(0) + static_cast<double>(timing.calls) / divisor;
      seconds = seconds.value_or(0) + timing.total_s / divisor;
    }
  }
}

QString lossesOf(const RunEntry& run) {
  const auto& trace = run.record->trace;
  if (!trace) return {};
  const std::int64_t lost = trace->dropped_records + trace->untimed_records;
  if (lost == 0 && trace->clock_anomalies == 0) return {};
  return QString("%1: %2 records lost, %3 out of order; the times are lower bounds.")
      .arg(run.name)
      .arg(lost)
      .arg(trace->clock_anomalies);
}

std::optional<double> sideOf(Side side, const std::optional<double>& a,
                             const std::optional<double>& b) {
  if (side == Side::a) return a;
  if (side == Side::b) return b;
  return b.value_or(0) - a.value_or(0);
}

QString totalsId(const KernelRow& row) {
  return row.source + '\n' + row.device;
}

}  // namespace

std::optional<double> KernelRow::calls(Side side) const {
  return sideOf(side, callsA, callsB);
}

std::optional<double> KernelRow::seconds(Side side) const {
  return sideOf(side, secondsA, secondsB);
}

double KernelTotal::seconds(Side side) const {
  return sideOf(side, secondsA, secondsB).value_or(0);
}

Kernels kernelsOf(const RunPointer& a, const RunPointer& b, Side side) {
  Kernels kernels;
  const bool isNeedingA = side != Side::b, isNeedingB = side != Side::a;
  kernels.message = missingPick(a, b, side);
  if (!kernels.message.isEmpty()) return kernels;
  std::vector<RunPointer> shown;
  if (isNeedingA) shown.push_back(a);
  if (isNeedingB) shown.push_back(b);
  bool isAStep = true;
  QStringList messages;
  for (const RunPointer& run : shown) {
    if (!isTraced(run)) {
      const QString level = QString::fromStdString(run->config.trace);
      const bool isOurs = !run->config.known_fields;
      kernels.message = !isOurs ? run->name + " has no timings: no recorder was at work."
                        : run->record
                            ? QString(
                                  "%1 has no timings: it was run with --trace %2. Run it again "
                                  "with --trace timeline.")
                                  .arg(run->name, level)
                            : run->name + " has no report yet.";
      return kernels;
    }
    isAStep = isAStep && stepsOf(*run->record) > 0;
    const QString losses = lossesOf(*run);
    if (!losses.isEmpty()) messages << losses;
  }
  Index at;
  const auto divisorOf = [&](const RunPointer& run) { return isAStep ? stepsOf(*run->record) : 1; };
  if (isNeedingA) gather(*a->record, true, divisorOf(a), kernels.rows, at);
  if (isNeedingB) gather(*b->record, false, divisorOf(b), kernels.rows, at);
  kernels.isAStep = isAStep;
  for (const KernelRow& row : kernels.rows) {
    auto total = std::ranges::find_if(kernels.totals, [&](const KernelTotal& t) {
      return t.source == row.source && t.device == row.device;
    });
    if (total == kernels.totals.end()) {
      total = kernels.totals.insert(total, {row.source, row.device});
    }
    total->secondsA += row.secondsA.value_or(0);
    total->secondsB += row.secondsB.value_or(0);
  }
  kernels.message = messages.join(' ');
  return kernels;
}

void fillKernelTable(TableModel& table, const Kernels& kernels, Side side) {
  QHash<QString, double> totals;
  for (const KernelRow& row : kernels.rows) {
    totals[totalsId(row)] += std::abs(row.seconds(side).value_or(0));
  }
  std::vector<TableRow> rows;
  for (const KernelRow& row : kernels.rows) {
    const double calls = row.calls(side).value_or(0);
    const double seconds = row.seconds(side).value_or(0);
    const double total = totals.value(totalsId(row));
    const QString time = side == Side::difference
                             ? signedDuration(seconds)
                             : QString::fromStdString(format_duration(seconds));
    const double share = total > 0 ? std::abs(seconds) / total : 0;
    const QString count = QLocale::c().toString(calls, 'f', calls == std::floor(calls) ? 0 : 1);
    rows.push_back({{Cell::of(row.layer),
                     Cell::of(row.slot),
                     Cell::of(row.phase),
                     Cell::of(row.name),
                     Cell::of(row.device),
                     Cell::of(row.source),
                     {side == Side::difference && calls > 0 ? "+" + count : count, calls, {}},
                     {time, seconds, {}},
                     {QString("%1 %").arg(100 * share, 0, 'f', 1), share, {}}},
                    {}});
    if (side != Side::difference) continue;
    for (const auto& of : {row.secondsA, row.secondsB}) {
      rows.back().cells.push_back(of ? Cell{QString::fromStdString(format_duration(*of)), *of, {}}
                                     : Cell::none("this run has none of it"));
    }
  }
  const QString per = kernels.isAStep ? " a step" : "";
  const QString field = kernels.isAStep ? "_per_step" : "";
  const QString of = side == Side::difference ? ", B − A" : "";
  std::vector<Column> columns{{"layer", "Layer", false},
                              {"slot", "Slot", false},
                              {"phase", "Phase", false},
                              {"name", "Name", false},
                              {"device", "Device", false},
                              {"source", "Source", false},
                              {"calls" + field, "Calls" + per + of},
                              {"total_s" + field, "Time" + per + of},
                              {"share_ratio", "Share"}};
  if (side == Side::difference) {
    columns.push_back({"total_s" + field + "_a", "A"});
    columns.push_back({"total_s" + field + "_b", "B"});
  }
  table.setTable(std::move(columns), std::move(rows));
}

}  // namespace actscope::gui
