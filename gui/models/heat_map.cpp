// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/heat_map.hpp"

#include <QHash>
#include <algorithm>
#include <map>
#include <set>

#include "actscope/reports/statistics/accuracy_interval.hpp"

namespace actscope::gui {
namespace {

using Block = std::pair<std::int64_t, std::int64_t>;

// Small blocks first, however long their sides.
struct BySize {
  bool operator()(const Block& x, const Block& y) const {
    return std::tuple(x.first * x.second, x.first) < std::tuple(y.first * y.second, y.first);
  }
};

bool isMeant(const RunEntry& run, const HeatQuery& query) {
  return run.isReadable() && hasBlocks(run.config) && run.scheme == query.scheme &&
         run.group == query.group;
}

struct Gathered {
  double sum = 0;
  int seeds = 0;
  std::vector<reports::AccuracyPair> pairs;  // each accuracy with its reference's
  std::vector<double> accuracies;
  std::int64_t images = 0;  // the fewest behind an accuracy
  QStringList measured, others;
  bool isFailed = false, isPending = false;
  QString reason;
};

// ", 95 %: −4.1 pp to +0.9 pp"; empty where nothing is known of the noise, or it is no accuracy.
QString intervalText(const Gathered& from, const HeatQuery& query, bool isChange) {
  if (query.metric != Metric::accuracy) return {};
  const auto interval = isChange
                            ? reports::difference_interval(from.pairs, reports::shown_confidence)
                            : reports::mean_accuracy_interval(from.accuracies, from.images,
                                                              reports::shown_confidence);
  if (!interval) return {};
  const auto text = [&](double value) {
    return isChange ? changeText(query.metric, value) : metricText(query.metric, value);
  };
  return QString(", 95 %: %1 to %2").arg(text(interval->low), text(interval->high));
}

void gather(Gathered& cell, const RunEntry& run, double value) {
  cell.sum += value;
  cell.images = cell.seeds == 0 ? run.heldoutImages : std::min(cell.images, run.heldoutImages);
  ++cell.seeds;
  cell.measured << run.key;
}

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
    cell.tip += intervalText(from, query, isChange);
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

namespace {

// What a run is compared with, or why not.
struct Compared {
  RunPointer with;
  QString reason;
};

Compared comparedWith(const RunEntry& run, const RunList& runs, const core::DenseRuns& dense,
                      const HeatQuery& query) {
  if (query.reference == Reference::a) return {query.a, "nothing to compare with"};
  const auto found = query.metric == Metric::step
                         ? dense.find_timed(run.config, run.dataHash(), core::SeedOf::same)
                         : dense.find(run.config, run.dataHash(), core::SeedOf::same);
  if (found) return {runs[*found], {}};
  if (query.metric == Metric::step && dense.find(run.config, run.dataHash(), core::SeedOf::same)) {
    return {nullptr, "the dense run has other threads, or recorded something else"};
  }
  return {nullptr,
          QString::fromStdString(dense.why_none(run.config, run.dataHash(), core::SeedOf::same))};
}

QString messageOf(const HeatMap& map, const HeatQuery& query, int withoutReference,
                  const QString& reason) {
  if (map.blocks.isEmpty()) return "No run with blocks: the schemes named …-bsr have them.";
  if (withoutReference == 0) return {};
  if (query.reference == Reference::a) {
    return query.a ? "A has not measured this." : "Pick A first (key A in the table of runs).";
  }
  return QString("%1 runs have nothing to compare with: %2.").arg(withoutReference).arg(reason);
}

}  // namespace

HeatMap heatMapOf(const RunList& runs, const HeatQuery& query) {
  HeatMap map;
  map.isChange = query.reference != Reference::none;
  const core::DenseRuns dense =
      query.reference == Reference::dense ? denseRuns(runs) : core::DenseRuns();
  std::map<Block, std::map<double, Gathered>, BySize> grid;
  std::set<double> sparsities;
  int withoutReference = 0;
  QString whyNot, apart;
  for (const RunPointer& run : runs) {
    if (!isMeant(*run, query)) continue;
    const RunConfig& c = run->config;
    Gathered& cell = grid[{c.block_rows, c.block_cols}][c.sparsity_ratio];
    sparsities.insert(c.sparsity_ratio);
    const auto own = run->isTrained() ? metricValue(*run, query.metric) : std::nullopt;
    std::optional<double> value = own;
    if (!own && run->status == EntryStatus::completed) cell.reason = "not measured";
    if (run->status == EntryStatus::interrupted) cell.reason = "interrupted before its end";
    if (own && map.isChange) {
      const Compared compared = comparedWith(*run, runs, dense, query);
      const auto of = compared.with ? metricValue(*compared.with, query.metric) : std::nullopt;
      value = of ? metricChange(query.metric, *own, *of) : std::nullopt;
      if (of) {
        cell.pairs.push_back({*of, *own, compared.with->heldoutImages, run->heldoutImages});
        if (query.reference == Reference::a) apart = apartText(compared.with->config, c);
      } else {
        ++withoutReference;
        if (compared.reason.isEmpty()) cell.reason = "the dense run has not measured this";
        if (!compared.reason.isEmpty()) cell.reason = compared.reason;
        whyNot = cell.reason;
      }
    }
    if (value) {
      if (query.metric == Metric::accuracy) cell.accuracies.push_back(*own);
      gather(cell, *run, *value);
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
  map.message = messageOf(map, query, withoutReference, whyNot);
  if (!apart.isEmpty()) map.message = "A does not train alike: these runs have " + apart + ".";
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
