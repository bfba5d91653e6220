// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/view_set.hpp"

#include "views/accuracy_view.hpp"
#include "views/bench_view.hpp"
#include "views/footprint_view.hpp"
#include "views/gate_view.hpp"
#include "views/heat_map_view.hpp"
#include "views/history_view.hpp"
#include "views/kernels_view.hpp"
#include "views/layers_view.hpp"
#include "views/ledger_view.hpp"
#include "views/memory_view.hpp"
#include "views/new_run_view.hpp"
#include "views/overview_view.hpp"
#include "views/parallel_view.hpp"
#include "views/pareto_view.hpp"
#include "views/plan_view.hpp"
#include "views/runs_view.hpp"
#include "views/timeline_view.hpp"

namespace actscope::gui {
namespace {

struct Place {
  const char* id;
  const char* group;
};

constexpr Place places[] = {{"overview", "Decide"}, {"runs", "Decide"},      {"heatmap", "Decide"},
                            {"pareto", "Decide"},   {"parallel", "Decide"},  {"accuracy", "Decide"},
                            {"layers", "Decide"},   {"footprint", "Memory"}, {"ledger", "Memory"},
                            {"memory", "Memory"},   {"plan", "Memory"},      {"timeline", "Time"},
                            {"kernels", "Time"},    {"benchmarks", "Time"},  {"gate", "Do"},
                            {"history", "Do"},      {"new-run", "Do"}};

}  // namespace

const QStringList& viewIds() {
  static const QStringList ids = [] {
    QStringList all;
    for (const Place& place : places) all << place.id;
    return all;
  }();
  return ids;
}

QString groupOfView(const QString& id) {
  for (const Place& place : places) {
    if (id == place.id) return place.group;
  }
  return {};
}

QKeySequence keyOfPage(int page) {
  return QKeySequence(QString(page < 10 ? "Ctrl+%1" : "Ctrl+Shift+%1").arg((page + 1) % 10));
}

View* makeView(const QString& id, RunStore& store, Selection& selection, QWidget* parent) {
  if (id == "overview") return new OverviewView(store, selection, parent);
  if (id == "runs") return new RunsView(store, selection, parent);
  if (id == "heatmap") return new HeatMapView(store, selection, parent);
  if (id == "pareto") return new ParetoView(store, selection, parent);
  if (id == "parallel") return new ParallelView(store, selection, parent);
  if (id == "accuracy") return new AccuracyView(store, selection, parent);
  if (id == "footprint") return new FootprintView(store, selection, parent);
  if (id == "layers") return new LayersView(store, selection, parent);
  if (id == "ledger") return new LedgerView(store, selection, parent);
  if (id == "memory") return new MemoryView(store, selection, parent);
  if (id == "plan") return new PlanView(store, selection, parent);
  if (id == "kernels") return new KernelsView(store, selection, parent);
  if (id == "timeline") return new TimelineView(store, selection, parent);
  if (id == "benchmarks") return new BenchView(store, selection, parent);
  if (id == "gate") return new GateView(store, selection, parent);
  if (id == "history") return new HistoryView(store, selection, parent);
  if (id == "new-run") return new NewRunView(store, selection, parent);
  return nullptr;
}

}  // namespace actscope::gui
