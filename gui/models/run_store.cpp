// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_store.hpp"

#include <QFileInfo>
#include <algorithm>
#include <utility>

namespace actscope::gui {
namespace {

// Whether a second reading brought nothing new, so that no view has to be drawn again.
bool isSame(const RunPointer& a, const RunPointer& b) {
  if (a == b) return true;
  return a->key == b->key && a->status == b->status && a->reason == b->reason &&
         a->record == b->record && a->summary.has_value() == b->summary.has_value() &&
         (!a->summary || a->summary->steps == b->summary->steps);
}

bool isSameRecord(const KernelsBenchRecord& a, const KernelsBenchRecord& b) {
  return a.status == b.status && a.results.size() == b.results.size() &&
         a.environment.started_at == b.environment.started_at;
}

bool isSameRecord(const reports::GateResult& a, const reports::GateResult& b) {
  return a.verdict == b.verdict && a.notes == b.notes &&
         std::ranges::equal(a.rows, b.rows, {}, &reports::GateRow::message,
                            &reports::GateRow::message);
}

bool isSameRecord(const PlanDocument& a, const PlanDocument& b) {
  return &a == &b;  // what did not change is not read again
}

template <class Entries>
bool areSame(const Entries& a, const Entries& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    if (x->key != y->key || x->reason != y->reason) return false;
    if (x->record == nullptr || y->record == nullptr) return x->record == y->record;
    return isSameRecord(*x->record, *y->record);
  });
}

}  // namespace

RunStore::RunStore(QObject* parent) : QObject(parent), m_worker(new QObject) {
  m_worker->moveToThread(&m_thread);
  connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
  m_thread.start();
  m_soon.setSingleShot(true);
  m_soon.setInterval(150);
  m_again.setInterval(2000);
  connect(&m_soon, &QTimer::timeout, this, &RunStore::reload);
  connect(&m_again, &QTimer::timeout, this, [this] {
    if (!m_isLoading && isAnyUnfinished()) reload();
  });
  connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, [this] { m_soon.start(); });
  connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, [this] { m_soon.start(); });
  m_again.start();
}

RunStore::~RunStore() {
  m_isCanceled = true;
  m_thread.quit();
  m_thread.wait();
}

const ConfigurationList& RunStore::configurations() const {
  if (!m_configurations) m_configurations = configurationsOf(m_runs);
  return *m_configurations;
}

RunPointer RunStore::find(const QString& key) const {
  return m_byKey.value(key);
}

RunPointer RunStore::named(const QString& text) const {
  if (const RunPointer run = find(text)) return run;
  RunPointer found;
  const QString folder = QFileInfo(text).absoluteFilePath();
  for (const RunPointer& run : m_runs) {
    const bool isMeant = run->name == text || run->key.endsWith("#" + text) ||
                         QFileInfo(run->key).absolutePath() == folder;
    if (!isMeant) continue;
    if (found) return nullptr;
    found = run;
  }
  return found;
}

void RunStore::openNow(const QStringList& places) {
  m_places = places;
  RunList runs = m_reader.read(places);
  deliver(std::move(runs), m_reader.documents(), m_reader.sweepFiles());
}

void RunStore::setInterval(int milliseconds) {
  m_again.stop();
  if (milliseconds > 0) m_again.start(milliseconds);
}

void RunStore::open(const QStringList& places) {
  m_places = places;
  reload();
}

void RunStore::add(const QStringList& places) {
  m_places += places;
  m_places.removeDuplicates();
  reload();
}

void RunStore::cancel() {
  m_isCanceled = true;
}

void RunStore::reload() {
  if (m_isLoading) {
    m_isStale = true;
    return;
  }
  m_isLoading = true;
  m_isCanceled = false;
  Q_EMIT loadingChanged(true);
  QMetaObject::invokeMethod(m_worker, [this, places = m_places] {
    RunList runs = m_reader.read(places, [this](int done, int total) {
      if (done % 64 == 0) {
        QMetaObject::invokeMethod(this, [this, done, total] { Q_EMIT progressed(done, total); });
      }
      return !m_isCanceled;
    });
    QMetaObject::invokeMethod(this, [this, read = std::move(runs), others = m_reader.documents(),
                                     sweeps = m_reader.sweepFiles()]() mutable {
      m_isLoading = false;
      deliver(std::move(read), std::move(others), sweeps);
      Q_EMIT loadingChanged(false);
      if (std::exchange(m_isStale, false)) reload();
    });
  });
}

void RunStore::deliver(RunList runs, Documents documents, const QStringList& sweeps) {
  const bool isNew = !std::ranges::equal(runs, m_runs, isSame) ||
                     !areSame(documents.benches, m_documents.benches) ||
                     !areSame(documents.gates, m_documents.gates) ||
                     !areSame(documents.plans, m_documents.plans) ||
                     documents.memories != m_documents.memories ||
                     documents.traces != m_documents.traces;
  watch(sweeps);
  if (!isNew && m_isShown) return;
  m_isShown = true;
  m_runs = std::move(runs);
  m_documents = std::move(documents);
  m_configurations.reset();
  m_byKey.clear();
  m_byKey.reserve(static_cast<qsizetype>(m_runs.size()));
  for (const RunPointer& run : m_runs) m_byKey.insert(run->key, run);
  Q_EMIT changed();
}

void RunStore::watch(const QStringList& sweeps) {
  constexpr qsizetype most = 256;  // the timer finds changes of the others
  QStringList wanted;
  for (const QString& file : sweeps) wanted << file << QFileInfo(file).absolutePath();
  for (const QString& place : m_places) wanted << place;
  wanted.removeDuplicates();
  wanted = wanted.mid(0, most);
  const QStringList had = m_watcher.files() + m_watcher.directories();
  QStringList gone;
  for (const QString& path : had) {
    if (!wanted.contains(path)) gone << path;
  }
  if (!gone.isEmpty()) m_watcher.removePaths(gone);
  QStringList added;
  for (const QString& path : wanted) {
    // A file that is replaced leaves the watcher, so it is added again after each reading.
    if (!had.contains(path) && QFileInfo::exists(path)) added << path;
  }
  if (!added.isEmpty()) m_watcher.addPaths(added);
}

bool RunStore::isAnyUnfinished() const {
  return std::ranges::any_of(m_runs, [](const RunPointer& run) { return !run->isFinished(); }) ||
         std::ranges::any_of(m_places,
                             [](const QString& place) { return !QFileInfo::exists(place); });
}

}  // namespace actscope::gui
