// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/view_set.hpp"

#include "views/accuracy_view.hpp"
#include "views/bench_view.hpp"
#include "views/footprint_view.hpp"
#include "views/gate_view.hpp"
#include "views/heat_map_view.hpp"
#include "views/kernels_view.hpp"
#include "views/new_run_view.hpp"
#include "views/overview_view.hpp"
#include "views/pareto_view.hpp"
#include "views/runs_view.hpp"

namespace actscope::gui {

const QStringList& viewIds() {
  static const QStringList ids{"overview",  "runs",    "heatmap",    "pareto", "accuracy",
                               "footprint", "kernels", "benchmarks", "gate",   "new-run"};
  return ids;
}

QKeySequence keyOfPage(int page) {
  return QKeySequence(QString("Ctrl+%1").arg((page + 1) % 10));
}

View* makeView(const QString& id, RunStore& store, Selection& selection, QWidget* parent) {
  if (id == "overview") return new OverviewView(store, selection, parent);
  if (id == "runs") return new RunsView(store, selection, parent);
  if (id == "heatmap") return new HeatMapView(store, selection, parent);
  if (id == "pareto") return new ParetoView(store, selection, parent);
  if (id == "accuracy") return new AccuracyView(store, selection, parent);
  if (id == "footprint") return new FootprintView(store, selection, parent);
  if (id == "kernels") return new KernelsView(store, selection, parent);
  if (id == "benchmarks") return new BenchView(store, selection, parent);
  if (id == "gate") return new GateView(store, selection, parent);
  if (id == "new-run") return new NewRunView(store, selection, parent);
  return nullptr;
}

}  // namespace actscope::gui
