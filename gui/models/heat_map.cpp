// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/heat_map.hpp"

#include <QHash>
#include <algorithm>
#include <map>
#include <set>

namespace actscope::gui {
namespace {

using Block = std::pair<std::int64_t, std::int64_t>;

// Small blocks first, however long their sides.
struct BySize {
  bool operator()(const Block& x, const Block& y) const {
    return std::tuple(x.first * x.second, x.first) < std::tuple(y.first * y.second, y.first);
  }
};

// The reference of every seed; a run measured twice counts once.
QHash<qint64, double> denseBySeed(const RunList& runs, const HeatQuery& query) {
  QHash<qint64, double> values;
  for (const RunPointer& run : runs) {
    if (run->config.scheme != "dense" || !run->config.slot_overrides.empty()) continue;
    const auto value = metricValue(*run, query.metric);
    if (value && run->group == query.group) values.insert(run->config.seed, *value);
  }
  return values;
}

bool isMeant(const RunEntry& run, const HeatQuery& query) {
  return run.isReadable() && hasBlocks(run.config) && run.scheme == query.scheme &&
         run.group == query.group;
}

struct Gathered {
  double sum = 0;
  int seeds = 0;
  QStringList measured, others;
  bool isFailed = false, isPending = false;
  QString reason;
};

HeatCell cellOf(const Gathered& from, const HeatQuery& query, bool isChange) {
  HeatCell cell;
  cell.keys = from.measured + from.others;
  cell.seeds = from.seeds;
  if (from.seeds > 0) {
    cell.state = HeatCell::State::measured;
    cell.value = from.sum / from.seeds;
    cell.text =
        isChange ? changeText(query.metric, cell.value) : metricText(query.metric, cell.value);
    cell.tip = QString("%1 (%2)").arg(
        cell.text, from.seeds == 1 ? QString("1 run") : QString("mean of %1 runs").arg(from.seeds));
    if (from.isFailed) cell.tip += "; a run failed: " + from.reason;
  } else if (from.isFailed) {
    cell.state = HeatCell::State::failed;
    cell.text = "failed";
    cell.tip = "failed: " + from.reason;
  } else if (from.isPending) {
    cell.state = HeatCell::State::pending;
    cell.text = "…";
    cell.tip = "not done yet";
  } else {
    cell.text = "–";
    cell.tip = from.others.isEmpty() ? QString("no such run") : from.reason;
  }
  return cell;
}

}  // namespace

QStringList heatGroups(const RunList& runs) {
  QStringList groups;
  QSet<QString> seen;
  for (const RunPointer& run : runs) {
    if (!run->isReadable() || !hasBlocks(run->config)) continue;
    const QString group = run->group;
    if (seen.contains(group)) continue;
    seen.insert(group);
    groups << group;
  }
  return groups;
}

QStringList heatSchemes(const RunList& runs, const QString& group) {
  QStringList schemes;
  QSet<QString> seen;
  for (const RunPointer& run : runs) {
    if (!run->isReadable() || !hasBlocks(run->config)) continue;
    const QString scheme = run->scheme;
    if (seen.contains(scheme) || run->group != group) continue;
    seen.insert(scheme);
    schemes << scheme;
  }
  return schemes;
}

HeatMap heatMapOf(const RunList& runs, const HeatQuery& query) {
  HeatMap map;
  map.isChange = query.reference != Reference::none;
  const QHash<qint64, double> dense =
      query.reference == Reference::dense ? denseBySeed(runs, query) : QHash<qint64, double>();
  const auto ofA = query.a ? metricValue(*query.a, query.metric) : std::nullopt;

  std::map<Block, std::map<double, Gathered>, BySize> grid;
  std::set<double> sparsities;
  int withoutReference = 0;
  for (const RunPointer& run : runs) {
    if (!isMeant(*run, query)) continue;
    const RunConfig& c = run->config;
    Gathered& cell = grid[{c.block_rows, c.block_cols}][c.sparsity_ratio];
    sparsities.insert(c.sparsity_ratio);
    std::optional<double> value = metricValue(*run, query.metric);
    if (!value && run->status == EntryStatus::completed) cell.reason = "not measured";
    if (value && map.isChange) {
      const bool isKnown =
          query.reference == Reference::a ? ofA.has_value() : dense.contains(c.seed);
      withoutReference += isKnown ? 0 : 1;
      cell.reason = isKnown ? cell.reason : QString("nothing to compare with");
      value = isKnown ? metricChange(query.metric, *value,
                                     query.reference == Reference::a ? *ofA : dense.value(c.seed))
                      : std::nullopt;
    }
    if (value) {
      cell.sum += *value;
      ++cell.seeds;
      cell.measured << run->key;
      continue;
    }
    cell.others << run->key;
    if (run->status == EntryStatus::failed) {
      cell.isFailed = true;
      cell.reason = run->reason;
    }
    cell.isPending = cell.isPending || run->status == EntryStatus::pending ||
                     run->status == EntryStatus::running;
  }

  map.sparsities = QList<double>(sparsities.begin(), sparsities.end());
  for (const auto& [block, row] : grid) {
    map.blocks << QString("%1x%2").arg(block.first).arg(block.second);
    for (const double sparsity : map.sparsities) {
      const auto found = row.find(sparsity);
      map.cells.push_back(
          cellOf(found == row.end() ? Gathered() : found->second, query, map.isChange));
    }
  }
  if (map.blocks.isEmpty()) {
    map.message = "No run with blocks: the schemes named …-bsr have them.";
  } else if (withoutReference > 0 && query.reference == Reference::a) {
    map.message =
        query.a ? "A has not measured this." : "Pick A first (key A in the table of runs).";
  } else if (withoutReference > 0) {
    map.message =
        QString("%1 runs have no dense run of their seed to compare with.").arg(withoutReference);
  }
  return map;
}

void fillHeatTable(TableModel& table, const HeatMap& map, const HeatQuery& query) {
  static const char* const states[] = {"missing", "pending", "failed", "measured"};
  std::vector<TableRow> rows;
  for (int block = 0; block < map.blocks.size(); ++block) {
    for (int column = 0; column < map.sparsities.size(); ++column) {
      const HeatCell& cell = map.at(block, column);
      const double sparsity = map.sparsities[column];
      const bool isMeasured = cell.state == HeatCell::State::measured;
      rows.push_back({{Cell::of(map.blocks[block]),
                       {QString("%1 %").arg(100 * sparsity, 0, 'g', 4), sparsity, {}},
                       {cell.text, isMeasured ? QVariant(cell.value) : QVariant(), cell.tip},
                       {QString::number(cell.seeds), cell.seeds, {}},
                       Cell::of(states[static_cast<int>(cell.state)])},
                      cell.keys.value(0)});
    }
  }
  const MetricFacts& facts = factsOf(query.metric);
  const QString field = facts.field + QString(map.isChange ? "_change" : "");
  table.setTable({{"block", "Block", false},
                  {"sparsity_ratio", "Sparsity"},
                  {field, facts.title},
                  {"runs", "Runs"},
                  {"state", "State", false}},
                 std::move(rows));
}

}  // namespace actscope::gui
