// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/heat_map.hpp"

#include <QSet>
#include <algorithm>
#include <set>

#include "actscope/reports/statistics/accuracy_interval.hpp"

namespace actscope::gui {
namespace {

bool hasPlace(const RunEntry& run, const QStringList& axes) {
  return run.isReadable() &&
         std::ranges::all_of(axes, [&](const QString& field) { return hasHeatPlace(run, field); });
}

bool isMeant(const RunEntry& run, const HeatQuery& query) {
  return hasPlace(run, query.axes()) &&
         (query.scheme.isEmpty() || heatSchemeOf(run, query.axes()) == query.scheme) &&
         heatGroupOf(run, query.axes()) == query.group;
}

struct Gathered {
  double sum = 0;
  int seeds = 0;
  std::vector<reports::AccuracyPair> pairs;  // each accuracy with its reference's
  std::vector<double> accuracies;
  std::int64_t images = 0;  // the fewest behind an accuracy
  RunList runs;
  QStringList measured, others;
  double lostPoints = 0;  // against dense, a sum
  int compared = 0;
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

QStringList heatGroups(const RunList& runs, const QStringList& axes) {
  QStringList groups;
  for (const RunPointer& run : runs) {
    if (!hasPlace(*run, axes)) continue;
    const QString group = heatGroupOf(*run, axes);
    if (!groups.contains(group)) groups << group;
  }
  return groups;
}

QStringList heatSchemes(const RunList& runs, const QString& group, const QStringList& axes) {
  QStringList schemes;
  QSet<QString> seen;
  for (const RunPointer& run : runs) {
    if (!hasPlace(*run, axes)) continue;
    const QString scheme = heatSchemeOf(*run, axes);
    if (seen.contains(scheme) || heatGroupOf(*run, axes) != group) continue;
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
  if (map.isEmpty()) {
    const bool needsBlocks = query.axes().contains("block") || query.axes().contains("sparsity");
    return needsBlocks ? "No run with blocks: the schemes named …-bsr have them."
                       : "No run is open.";
  }
  if (withoutReference == 0) return {};
  if (query.reference == Reference::a) {
    return query.a ? "A has not measured this." : "Pick A first (key A in the table of runs).";
  }
  return QString("%1 runs have nothing to compare with: %2.").arg(withoutReference).arg(reason);
}

}  // namespace

namespace {

struct Places {
  QStringList panels;  // of schemes, as they come
  std::set<HeatPlace> rows, columns;
};

Places placesOf(const RunList& meant, const HeatQuery& query) {
  Places places;
  const bool hasPanels = query.scheme.isEmpty() && !query.axes().contains("scheme");
  for (const RunPointer& run : meant) {
    places.rows.insert(heatPlaceOf(*run, query.rows));
    places.columns.insert(heatPlaceOf(*run, query.columns));
    const QString scheme = heatSchemeOf(*run, query.axes());
    if (hasPanels && !places.panels.contains(scheme)) places.panels << scheme;
  }
  if (places.panels.size() < 2) places.panels = QStringList{QString()};
  return places;
}

// How many points of accuracy a run loses against dense, for the outline.
void addLoss(Gathered& cell, const RunEntry& run, const RunList& runs,
             const core::DenseRuns& dense) {
  const auto own = run.isTrained() ? metricValue(run, Metric::accuracy) : std::nullopt;
  if (!own) return;
  const auto found = dense.find(run.config, run.dataHash(), core::SeedOf::same);
  const auto of = found ? metricValue(*runs[*found], Metric::accuracy) : std::nullopt;
  if (!of) return;
  cell.lostPoints += 100 * (*of - *own);
  ++cell.compared;
}

void setPlaces(HeatMap& map, const HeatQuery& query, const Places& places) {
  map.panels = places.panels;
  for (const HeatPlace& place : places.rows) map.rows << place.text;
  for (const HeatPlace& place : places.columns) map.columns << place.text;
  map.rowTitle = heatTitle(query.rows);
  map.columnTitle = heatTitle(query.columns);
}

}  // namespace

HeatMap heatMapOf(const RunList& runs, const HeatQuery& query) {
  HeatMap map;
  map.isChange = query.reference != Reference::none;
  const bool needsDense = query.reference == Reference::dense || query.lostPoints;
  const core::DenseRuns dense = needsDense ? denseRuns(runs) : core::DenseRuns();
  RunList meant;
  for (const RunPointer& run : runs) {
    if (isMeant(*run, query)) meant.push_back(run);
  }
  const Places places = placesOf(meant, query);
  setPlaces(map, query, places);
  std::vector<Gathered> cells(
      static_cast<std::size_t>(map.panels.size() * map.rows.size() * map.columns.size()));
  const auto cellOfRun = [&](const RunEntry& run) -> Gathered& {
    const qsizetype panel =
        std::max<qsizetype>(0, map.panels.indexOf(heatSchemeOf(run, query.axes())));
    const auto row =
        std::ranges::distance(places.rows.begin(), places.rows.find(heatPlaceOf(run, query.rows)));
    const auto column = std::ranges::distance(places.columns.begin(),
                                              places.columns.find(heatPlaceOf(run, query.columns)));
    return cells[static_cast<std::size_t>((panel * map.rows.size() + row) * map.columns.size() +
                                          column)];
  };
  int withoutReference = 0;
  QString whyNot, apart;
  for (const RunPointer& run : meant) {
    const RunConfig& c = run->config;
    Gathered& cell = cellOfRun(*run);
    cell.runs.push_back(run);
    if (query.lostPoints) addLoss(cell, *run, runs, dense);
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

  std::vector<RunList> within;
  for (const Gathered& cell : cells) {
    map.cells.push_back(cellOf(cell, query, map.isChange));
    map.cells.back().isWithin = query.lostPoints && cell.compared > 0 &&
                                cell.lostPoints / cell.compared <= *query.lostPoints;
    within.push_back(cell.runs);
  }
  map.message = messageOf(map, query, withoutReference, whyNot);
  if (!apart.isEmpty()) map.message = "A does not train alike: these runs have " + apart + ".";
  if (const QStringList mixed = fieldsWithinCells(within, query.axes());
      !mixed.isEmpty() && map.message.isEmpty()) {
    map.message = QString("Cells are means over runs that differ in %1, too: make it a side.")
                      .arg(mixed.join(", "));
  }
  return map;
}

void fillHeatTable(TableModel& table, const HeatMap& map, const HeatQuery& query) {
  static const char* const states[] = {"missing", "pending", "failed", "measured"};
  const bool hasPanels = map.panels.size() > 1;
  const auto placeOf = [](const QString& text) {
    bool isNumber = false;
    const double number = QString(text).remove(" %").toDouble(&isNumber);
    const double value = text.endsWith(" %") ? number / 100 : number;
    return Cell{text, isNumber ? QVariant(value) : QVariant(text), {}};
  };
  std::vector<TableRow> rows;
  for (int panel = 0; panel < map.panels.size(); ++panel) {
    for (int row = 0; row < map.rows.size(); ++row) {
      for (int column = 0; column < map.columns.size(); ++column) {
        const HeatCell& cell = map.at(row, column, panel);
        const bool isMeasured = cell.state == HeatCell::State::measured;
        TableRow line{{}, cell.keys.value(0)};
        if (hasPanels) line.cells.push_back(Cell::of(map.panels[panel]));
        line.cells.push_back(placeOf(map.rows[row]));
        line.cells.push_back(placeOf(map.columns[column]));
        line.cells.push_back({cell.text, isMeasured ? QVariant(cell.value) : QVariant(), cell.tip});
        line.cells.push_back({QString::number(cell.seeds), cell.seeds, {}});
        line.cells.push_back(Cell::of(states[static_cast<int>(cell.state)]));
        if (query.lostPoints) line.cells.push_back(Cell::of(cell.isWithin ? "yes" : "no"));
        rows.push_back(std::move(line));
      }
    }
  }
  const MetricFacts& facts = factsOf(query.metric);
  const QString field = facts.field + QString(map.isChange ? "_change" : "");
  const auto axis = [](const QString& name, const QString& title) {
    const bool isShare = name == "sparsity";
    return Column{isShare ? QString("sparsity_ratio") : name, title.section(" (", 0, 0), isShare};
  };
  std::vector<Column> columns{axis(query.rows, map.rowTitle),
                              axis(query.columns, map.columnTitle),
                              {field, facts.title},
                              {"runs", "Runs"},
                              {"state", "State", false}};
  if (hasPanels) columns.insert(columns.begin(), Column{"scheme", "Scheme", false});
  if (query.lostPoints) columns.push_back({"is_within", "Within", false});
  table.setTable(std::move(columns), std::move(rows));
}

}  // namespace actscope::gui
