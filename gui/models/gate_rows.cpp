// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/gate_rows.hpp"

#include <algorithm>

#include "actscope/reports/gate/rendering.hpp"

namespace actscope::gui {
namespace {

using reports::GateResult;
using reports::GateRow;
using reports::GateVerdict;

bool isSame(const GateRow& row) {
  return row.verdict == GateVerdict::same;
}

QString titled(QString text) {
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return text;
}

GateDot::Side sideOf(const GateRow& row) {
  switch (row.verdict) {
    case GateVerdict::improved:
      return GateDot::Side::better;
    case GateVerdict::regressed:
    case GateVerdict::failed:
      return GateDot::Side::worse;
    case GateVerdict::inconclusive:
    case GateVerdict::missing:
      return GateDot::Side::open;
    case GateVerdict::same:
    case GateVerdict::added:
      break;
  }
  return GateDot::Side::same;
}

Cell numberCell(const std::optional<double>& value, const QString& why) {
  if (!value) return Cell::none(why);
  return {QString::number(*value, 'g', 7), *value, {}};
}

// "1.333", "0.613 (0.484 to 0.754)".
Cell ratioCell(const GateRow& row) {
  if (!row.ratio) return Cell::none("one of the two is absent, or the baseline is 0");
  QString text = QString::number(*row.ratio, 'f', 3);
  if (row.ratio_low && row.ratio_high && *row.ratio_low < *row.ratio_high) {
    text += QString(" (%1 to %2)").arg(*row.ratio_low, 0, 'f', 3).arg(*row.ratio_high, 0, 'f', 3);
  }
  return {text, *row.ratio, {}};
}

QString judgedAs(const GateRow& row) {
  QString text = name_of(row.kind);
  if (row.is_primary) text += ", primary";
  return text;
}

Cell roundsCell(const GateRow& row) {
  if (row.rounds == 0) return Cell::none("no rounds of processes were measured");
  return {QString::number(row.rounds), static_cast<double>(row.rounds), {}};
}

Cell chanceCell(const GateRow& row) {
  if (!row.p_value) return Cell::none("no test was made of this metric");
  return {QString::number(*row.p_value, 'g', 3), *row.p_value, {}};
}

}  // namespace

QString gateHeadline(const GateResult& result) {
  std::size_t worse = 0, better = 0, same = 0, open = 0;
  for (const GateRow& row : result.rows) {
    const GateDot::Side side = sideOf(row);
    worse += side == GateDot::Side::worse ? 1 : 0;
    better += side == GateDot::Side::better ? 1 : 0;
    open += side == GateDot::Side::open ? 1 : 0;
    same += side == GateDot::Side::same ? 1 : 0;
  }
  QStringList parts{QString("%1 worse").arg(worse), QString("%1 better").arg(better)};
  if (open > 0) parts << QString("%1 open").arg(open);
  parts << QString("%1 the same").arg(same);
  return QString("%1: %2 (%3 against %4).")
      .arg(titled(name_of(result.verdict)), parts.join(", "),
           QString::fromStdString(result.candidate_name),
           QString::fromStdString(result.baseline_name));
}

QString gateMeasuring(const GateResult& result) {
  if (!result.timing) return {};
  return titled(QString::fromStdString(timing_line(*result.timing))) + ".";
}

QStringList gateReasons(const GateResult& result, std::size_t most) {
  QStringList reasons;
  std::size_t left = 0;
  for (const GateRow& row : result.rows) {
    if (!fails_gate(row) && !leaves_open(row)) continue;
    if (static_cast<std::size_t>(reasons.size()) >= most) {
      ++left;
    } else {
      reasons << QString::fromStdString(row.metric + ": " + row.message);
    }
  }
  if (left > 0) reasons << QString("and %1 more").arg(left);
  for (const std::string& note : result.notes) reasons << QString::fromStdString(note);
  return reasons;
}

std::vector<GateDot> gateDots(const GateResult& result, bool hasSame, std::size_t most) {
  std::vector<GateDot> dots;
  for (const GateRow& row : result.rows) {
    if (dots.size() >= most) break;
    if (!row.ratio || *row.ratio <= 0 || (isSame(row) && !hasSame)) continue;
    dots.push_back({QString::fromStdString(row.metric), sideOf(row), !row.waiver.empty(),
                    row.is_primary, row.is_advisory, *row.ratio, row.ratio_low.value_or(*row.ratio),
                    row.ratio_high.value_or(*row.ratio)});
  }
  return dots;
}

void fillGateTable(TableModel& table, const GateResult* result, bool hasSame) {
  std::vector<TableRow> rows;
  for (const GateRow& row : result == nullptr ? std::vector<GateRow>() : result->rows) {
    if (isSame(row) && !hasSame) continue;
    rows.push_back(
        {{Cell::of(row.is_advisory ? QString("%1, advisory").arg(name_of(row.verdict))
                                   : QString(name_of(row.verdict))),
          Cell::of(QString::fromStdString(row.metric)), numberCell(row.baseline, "not measured"),
          numberCell(row.candidate, "not measured"), ratioCell(row),
          Cell::of(QString::fromStdString(row.message)), Cell::of(judgedAs(row)), roundsCell(row),
          chanceCell(row), Cell::of(QString::fromStdString(row.reason)),
          Cell::of(QString::fromStdString(row.waiver))},
         {}});
  }
  table.setTable({{"verdict", "Verdict", false},
                  {"metric", "Metric", false},
                  {"baseline", "Baseline"},
                  {"candidate", "Candidate"},
                  {"ratio", "Ratio"},
                  {"message", "Why", false},
                  {"class", "Judged", false},
                  {"rounds", "Rounds"},
                  {"p_value", "p (adjusted)"},
                  {"reason", "Code", false},
                  {"waiver", "Waived", false}},
                 std::move(rows));
}

}  // namespace actscope::gui
