// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/overview.hpp"

#include <QSet>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "actscope/core/config/run_option.hpp"
#include "models/metric.hpp"
#include "models/overview_reasons.hpp"
#include "models/sweep_form.hpp"

namespace actscope::gui {
namespace {

using reports::ChoiceLimits;
using reports::SeedMean;

constexpr std::int64_t mostSeeds = 20;  // to be advised; beyond, the margin is too narrow to decide

QString meanBytesText(const SeedMean& bytes) {
  return bytes.mean ? bytesText(*bytes.mean) : "–";
}

// "17.8x", how many times as many dense has.
QString fewerText(const SeedMean& ofDense) {
  if (!ofDense.mean || *ofDense.mean <= 0) return "–";
  return metricText(Metric::fewer, 1 / *ofDense.mean);
}

QString ratioText(const SeedMean& ofDense) {
  return ofDense.mean ? QString("%1x").arg(*ofDense.mean, 0, 'f', 2) : "–";
}

QString seedsText(std::int64_t seeds) {
  return seeds == 1 ? "one seed" : QString("%1 seeds").arg(seeds);
}

QString numberText(double value) {
  return QString::number(value, 'g', 4);
}

QString marginText(double points) {
  return numberText(points) + (points == 1 ? " point" : " points");
}

enum class Decision { within, open, oneSeed, unknown };

// Whether the accuracy is known to lie within the margin, with 95 %.
Decision decisionOf(const reports::SweepGroup& group, double lostRatio) {
  const SeedMean& difference = group.accuracy_difference_ratio;
  if (!difference.mean) return Decision::unknown;
  if (group.done < 2) return Decision::oneSeed;
  if (!difference.interval) return Decision::unknown;
  return difference.interval->low >= -lostRatio ? Decision::within : Decision::open;
}

QString decisionText(const reports::SweepGroup& group, const OverviewQuery& query) {
  switch (decisionOf(group, query.lostPoints / 100)) {
    case Decision::within:
      return QString("%1: within %2, with 95 %")
          .arg(seedsText(group.done), marginText(query.lostPoints));
    case Decision::open:
      return QString("%1: not decided").arg(seedsText(group.done));
    case Decision::oneSeed:
      return "one seed: not decided";
    case Decision::unknown:
      break;
  }
  return "how many images were held out is not known: not decided";
}

// How many seeds would shrink the interval into the margin, if they are like those that there are.
std::int64_t seedsToDecide(const reports::SweepGroup& group, double lostRatio) {
  constexpr std::int64_t least = 3;
  const SeedMean& difference = group.accuracy_difference_ratio;
  if (group.done < 2 || !difference.interval) return std::max(least, group.done + 1);
  const double half = *difference.mean - difference.interval->low;
  const double room = *difference.mean + lostRatio;
  if (room <= 0) return mostSeeds + 1;
  const double share = half / room;
  const double seeds = std::ceil(static_cast<double>(group.done) * share * share);
  return std::max<std::int64_t>(group.done + 1, seeds > 1e6 ? mostSeeds + 1 : std::lround(seeds));
}

// Seeds that no run of the configuration has, the smallest first.
QStringList newSeeds(const Configuration& one, std::int64_t count) {
  QSet<qint64> taken;
  for (const RunPointer& run : one.runs) taken.insert(run->config.seed);
  QStringList seeds;
  for (qint64 seed = 0; static_cast<std::int64_t>(seeds.size()) < count; ++seed) {
    if (!taken.contains(seed)) seeds << QString::number(seed);
  }
  return seeds;
}

void adviseSeeds(Overview& overview, const Configuration& one, const OverviewQuery& query) {
  const double lost = query.lostPoints / 100;
  if (decisionOf(one.figures, lost) == Decision::within) {
    overview.next = "This margin is decided. A narrower one may need more seeds.";
    return;
  }
  const std::int64_t all = seedsToDecide(one.figures, lost);
  if (all > mostSeeds) {
    overview.next =
        QString("%1 cannot be decided with %2 seeds: allow more, or hold out more images.")
            .arg(marginText(query.lostPoints))
            .arg(mostSeeds);
    return;
  }
  const std::int64_t more = all - one.figures.done;
  overview.next = QString("To decide, train %1 and dense with %2 more (about %3 in all).")
                      .arg(one.label, seedsText(more), seedsText(all));
  overview.form = sweepOf(one.figures.config, newSeeds(one, more));
}

std::vector<OverviewFigure> figuresOf(const reports::SweepGroup& group) {
  const bool hasDense = group.saved_of_dense_ratio.mean && !group.is_reference;
  const auto against = [&](const QString& text) { return hasDense ? text : QString(); };
  const QString step =
      group.step_time_s.mean ? metricText(Metric::step, *group.step_time_s.mean) : "–";
  std::vector<OverviewFigure> figures{
      {"Kept for backward", meanBytesText(group.saved_bytes),
       against(fewerText(group.saved_of_dense_ratio) + " fewer than dense")},
      {"Peak of a step", meanBytesText(group.peak_bytes),
       against(fewerText(group.peak_of_dense_ratio) + " fewer than dense")},
      {"Step", step, against(ratioText(group.step_of_dense_ratio) + " the step of dense")},
      {"Held-out accuracy", meanText(group.accuracy_ratio),
       against(pointsText(group.accuracy_difference_ratio) + " against dense")}};
  std::erase_if(figures, [](const OverviewFigure& figure) { return figure.value == "–"; });
  return figures;
}

QString limitsText(const OverviewQuery& query) {
  QStringList texts{QString("lose at most %1").arg(marginText(query.lostPoints))};
  if (query.stepRatio) texts << QString("a step of at most %1x").arg(numberText(*query.stepRatio));
  if (query.peakRatio) {
    texts << QString("a peak of at most %1 % of dense").arg(numberText(100 * *query.peakRatio));
  }
  return texts.join(", ");
}

void answerByChoice(Overview& overview, const OverviewQuery& query) {
  const ChoiceLimits limits{query.lostPoints / 100, query.stepRatio, query.peakRatio};
  std::vector<reports::SweepGroup> groups;
  for (const Configuration& one : overview.shown) groups.push_back(one.figures);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    overview.isWithin[i] = reports::is_within(groups[i], limits);
  }
  const auto dense = std::ranges::find_if(
      overview.shown, [](const Configuration& one) { return one.figures.is_reference; });
  const reports::SweepGroup* chosen = reports::chosen_group(groups, limits);
  if (chosen == nullptr) {
    overview.headline = QString(
                            "Keep dense: no other configuration keeps fewer bytes within the "
                            "limits (%1).")
                            .arg(limitsText(query));
    overview.figures = figuresOf(dense->figures);
    overview.reasons = reasonsOf(*dense, nullptr);
    overview.key = dense->key();
    overview.next = "Allow more, or train schemes that lose less, as int8.";
    return;
  }
  const Configuration& one = overview.shown[static_cast<std::size_t>(chosen - groups.data())];
  overview.headline =
      QString("Take %1: %2 fewer bytes kept, %3 the step, %4 (%5).")
          .arg(one.label, fewerText(chosen->saved_of_dense_ratio),
               ratioText(chosen->step_of_dense_ratio),
               pointsText(chosen->accuracy_difference_ratio), decisionText(*chosen, query));
  overview.figures = figuresOf(*chosen);
  overview.reasons = reasonsOf(one, &*dense);
  overview.key = one.key();
  adviseSeeds(overview, one, query);
}

// Without a dense run there is nothing to be better than: what is there is told.
void answerByFewest(Overview& overview) {
  const auto bytes = [](const Configuration& one) {
    return one.figures.saved_bytes.mean.value_or(std::numeric_limits<double>::infinity());
  };
  const Configuration& one = *std::ranges::min_element(overview.shown, {}, bytes);
  const auto& saved = one.figures.saved_bytes;
  if (!saved.mean) {
    overview.headline = QString("%1 has not measured what it keeps.").arg(one.label);
  } else if (overview.shown.size() == 1) {
    overview.headline = QString("%1 keeps %2 for backward.").arg(one.label, meanBytesText(saved));
    const auto fewer = metricValue(*one.runs.front(), Metric::fewer);
    if (fewer && *fewer > 1) {
      overview.headline.chop(1);
      overview.headline +=
          QString(", %1 fewer than dense would.").arg(metricText(Metric::fewer, *fewer));
    }
  } else {
    overview.headline = QString(
                            "%1 keeps fewest bytes, %2; without a dense run nothing says what "
                            "that costs.")
                            .arg(one.label, meanBytesText(saved));
  }
  overview.figures = figuresOf(one.figures);
  overview.reasons = reasonsOf(one, nullptr);
  overview.key = one.key();
  if (core::is_known("scheme", one.figures.config) && !one.figures.is_reference) {
    const QString seed = QString::number(one.figures.config.seed);
    overview.next = "To compare, train dense alike; a sweep does that by itself.";
    overview.form = sweepOf(one.figures.config, {seed});
  }
  const auto& record = one.runs.front()->record;
  if (record && record->model_kind == ModelKind::python) {
    overview.next = "To keep less: actscope.compress(model), or actscope.plan for a budget.";
  }
}

// Kernels: how many cells beat the best dense library.
void answerByBenches(Overview& overview, const BenchList& benches) {
  int cells = 0, faster = 0;
  for (const BenchPointer& bench : benches) {
    if (!bench->record) continue;
    for (const KernelResult& row : bench->record->results) {
      const auto& ratio = row.to_dense.ratio.value;
      if (!ratio) continue;
      ++cells;
      faster += *ratio < 1 ? 1 : 0;
    }
  }
  if (cells == 0) return;
  overview.headline =
      QString("Block-sparse gradients are faster than the best dense library in %1 of %2 cells.")
          .arg(faster)
          .arg(cells);
  overview.next = "Benchmarks shows which.";
}

// The first gate that did not pass, else the first.
void answerByGates(Overview& overview, const GateList& gates) {
  const GateEntry* shown = nullptr;
  for (const GatePointer& gate : gates) {
    if (!gate->record) continue;
    const auto fails = [](const GateEntry& entry) {
      return std::ranges::any_of(entry.record->rows, reports::fails_gate);
    };
    if (shown == nullptr || (!fails(*shown) && fails(*gate))) shown = gate.get();
  }
  if (shown == nullptr) return;
  constexpr std::size_t mostReasons = 5;
  overview.headline = gateHeadline(*shown->record);
  overview.reasons = gateReasons(*shown->record, mostReasons);
  overview.next = "Gate shows every row.";
}

// What the plan keeps and costs.
void answerByPlans(Overview& overview, const PlanList& plans) {
  for (const PlanPointer& plan : plans) {
    if (!plan->record || plan->record->steps.empty()) continue;
    overview.headline = planText(*plan->record, plan->record->chosen) + ".";
    overview.next = "Plan shows how each slot is kept, and what other budgets cost.";
    return;
  }
}

}  // namespace

Overview overviewOf(const ConfigurationList& all, std::size_t runs, const Documents& others,
                    const OverviewQuery& query) {
  Overview overview;
  overview.trainings = trainingsOf(all);
  if (overview.trainings.isEmpty()) {
    overview.headline = runs == 0 ? QString("No run is open.")
                                  : QString("None of %1 runs has ended yet.").arg(runs);
    answerByBenches(overview, others.benches);
    answerByPlans(overview, others.plans);
    answerByGates(overview, others.gates);
    return overview;
  }
  overview.training =
      overview.trainings.contains(query.training) ? query.training : overview.trainings.front();
  for (const Configuration& one : all) {
    if (one.training == overview.training && !one.runs.empty()) overview.shown.push_back(one);
  }
  overview.isWithin.resize(overview.shown.size());
  const bool hasReference = std::ranges::any_of(
      overview.shown, [](const Configuration& one) { return one.figures.is_reference; });
  overview.hasDense = hasReference && std::ranges::any_of(overview.shown, [](const auto& one) {
                        return !one.figures.is_reference && one.figures.saved_of_dense_ratio.mean;
                      });
  if (overview.hasDense) {
    answerByChoice(overview, query);
  } else {
    answerByFewest(overview);
  }
  return overview;
}

void fillOverviewTable(TableModel& table, const Overview& overview) {
  std::vector<std::size_t> order(overview.shown.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (overview.isWithin[a] != overview.isWithin[b]) return bool(overview.isWithin[a]);
    const double infinite = std::numeric_limits<double>::infinity();
    return overview.shown[a].figures.saved_bytes.mean.value_or(infinite) <
           overview.shown[b].figures.saved_bytes.mean.value_or(infinite);
  });
  const auto cell = [](const QString& text, const SeedMean& figure) {
    return figure.mean ? Cell{text, *figure.mean, {}} : Cell::none("not measured");
  };
  const auto within = [&](std::size_t i) {
    if (!overview.hasDense) return Cell::none("there is no dense run to compare with");
    const bool isDense = overview.shown[i].figures.is_reference;
    return Cell::of(overview.isWithin[i] ? "yes" : isDense ? "dense" : "no");
  };
  std::vector<TableRow> rows;
  for (const std::size_t i : order) {
    const Configuration& one = overview.shown[i];
    const reports::SweepGroup& g = one.figures;
    const QString step = g.step_time_s.mean ? metricText(Metric::step, *g.step_time_s.mean) : "–";
    const auto done = static_cast<qlonglong>(g.done);
    Cell points = cell(pointsText(g.accuracy_difference_ratio), g.accuracy_difference_ratio);
    if (g.is_reference) points = Cell::none("it is what others are compared with");
    rows.push_back({{Cell::of(one.label),
                     within(i),
                     cell(meanBytesText(g.saved_bytes), g.saved_bytes),
                     cell(fewerText(g.saved_of_dense_ratio), g.saved_of_dense_ratio),
                     cell(meanBytesText(g.peak_bytes), g.peak_bytes),
                     cell(step, g.step_time_s),
                     cell(ratioText(g.step_of_dense_ratio), g.step_of_dense_ratio),
                     cell(meanText(g.accuracy_ratio), g.accuracy_ratio),
                     points,
                     {QString::number(done), done, {}}},
                    one.key()});
  }
  table.setTable({{"configuration", "Configuration", false},
                  {"within_limits", "Within", false},
                  {"saved_bytes", "Kept"},
                  {"saved_of_dense_ratio", "Fewer"},
                  {"peak_bytes", "Peak"},
                  {"step_time_s", "Step"},
                  {"step_of_dense_ratio", "Of dense"},
                  {"heldout_accuracy_ratio", "Held-out"},
                  {"accuracy_difference_ratio", "Against dense"},
                  {"seeds", "Seeds"}},
                 std::move(rows));
}

}  // namespace actscope::gui
