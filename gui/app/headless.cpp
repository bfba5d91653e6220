// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/headless.hpp"

#include <QFileInfo>
#include <memory>

#include "actscope/base/console.hpp"
#include "actscope/base/error.hpp"
#include "app/view_set.hpp"
#include "models/metric.hpp"
#include "views/picture.hpp"

namespace actscope::gui {
namespace {

QString keyOf(const char* option, const QString& name, const RunStore& store) {
  if (name.isEmpty()) return {};
  const RunPointer run = store.named(name);
  if (!run) {
    throw ConfigError(
        error_text(std::string(option) + " names no run, or several: " + name.toStdString(), {},
                   "give the folder or report file of a run that is open"));
  }
  return run->key;
}

// A is the first dense run that trained to its end, B the one that keeps least of those that
// trained alike; without a dense run B is the one that keeps least of all. No view is empty at
// first sight.
void pickForNewcomers(const RunStore& store, Selection& selection) {
  RunPointer dense, least;
  for (const RunPointer& run : store.runs()) {
    if (!dense && run->record && run->isTrained() && core::is_dense(run->config)) dense = run;
  }
  double leastBytes = 0;
  for (const RunPointer& run : store.runs()) {
    const auto saved = metricValue(*run, Metric::saved);
    if (!saved || !run->record || (dense && run->group != dense->group)) continue;
    if (!least || *saved < leastBytes) {
      least = run;
      leastBytes = *saved;
    }
  }
  if (dense) selection.setA(dense->key);
  if (least) selection.setB(least->key);
}

// A folder may hold anything, but a file that was named is meant.
void requireReadable(const CommandLine& line, const RunStore& store) {
  for (const RunPointer& run : store.runs()) {
    if (run->isReadable() || !line.places.contains(run->key)) continue;
    throw DataError(run->reason.toStdString());
  }
  const auto requireRecords = [&](const auto& entries) {
    for (const auto& entry : entries) {
      if (entry->record || !line.places.contains(entry->key)) continue;
      throw DataError(entry->reason.toStdString());
    }
  };
  requireRecords(store.documents().gates);
  requireRecords(store.documents().benches);
  requireRecords(store.documents().plans);
}

}  // namespace

void pickRuns(const CommandLine& line, const RunStore& store, Selection& selection) {
  if (line.a.isEmpty() && line.b.isEmpty()) {
    pickForNewcomers(store, selection);
  } else {
    selection.setA(keyOf("--a", line.a, store));
    selection.setB(keyOf("--b", line.b, store));
  }
  Side side = line.side;
  if (!line.isSideGiven && !line.a.isEmpty()) side = line.b.isEmpty() ? Side::a : Side::difference;
  selection.setSide(side);
}

void exportHeadless(const CommandLine& line) {
  RunStore store;
  Selection selection;
  store.openNow(line.places.isEmpty() ? QStringList{"."} : line.places);
  requireReadable(line, store);
  pickRuns(line, store, selection);
  const std::unique_ptr<View> view(makeView(line.exported, store, selection));
  view->setOptions(line.options);
  if (view->id() == "memory" && !store.documents().memories.isEmpty()) {
    view->refreshNow();
    if (!view->message().isEmpty()) throw DataError(view->message().toStdString());
  }
  exportView(*view, line.output, line.size);
  if (!view->message().isEmpty()) {
    tell("actscope-gui: " + view->message().toStdString());
  }
}

}  // namespace actscope::gui
