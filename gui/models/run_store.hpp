// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFileSystemWatcher>
#include <QHash>
#include <QObject>
#include <QStringList>
#include <QThread>
#include <QTimer>
#include <atomic>
#include <optional>

#include "models/configurations.hpp"
#include "models/run_reader.hpp"

namespace actscope::gui {

/// The runs that are open, shared by every view. Files are read on a thread of its own; while a run
/// or sweep is not finished, or a file cannot be read, it looks again by itself.
class RunStore : public QObject {
  Q_OBJECT

 public:
  explicit RunStore(QObject* parent = nullptr);
  ~RunStore() override;

  const RunList& runs() const { return m_runs; }
  const BenchList& benches() const { return m_documents.benches; }
  const Documents& documents() const { return m_documents; }
  /// The runs by configuration; grouped once a reading, when they are first asked for.
  const ConfigurationList& configurations() const;
  const QStringList& places() const { return m_places; }
  bool isLoading() const { return m_isLoading; }

  /// The run of a key; null where there is none.
  RunPointer find(const QString& key) const;
  /// The run that a person means: by key, else by name, else by folder; null where none or several.
  RunPointer named(const QString& text) const;

  /// Reads before it returns; for exports and tests.
  void openNow(const QStringList& places);
  /// How often it looks again by itself. Units: milliseconds; 0 never.
  void setInterval(int milliseconds);

 public Q_SLOTS:
  void open(const QStringList& places);
  void add(const QStringList& places);
  void reload();
  /// Stops a reading under way; what was read so far is shown.
  void cancel();

 Q_SIGNALS:
  void changed();
  void loadingChanged(bool isLoading);
  void progressed(int done, int total);

 private:
  void deliver(RunList runs, Documents documents, const QStringList& sweeps);
  void watch(const QStringList& sweeps);
  bool isAnyUnfinished() const;

  QStringList m_places;
  RunList m_runs;
  Documents m_documents;
  mutable std::optional<ConfigurationList> m_configurations;
  QHash<QString, RunPointer> m_byKey;
  RunReader m_reader;  ///< used on m_thread, or on ours where openNow reads
  QThread m_thread;
  QObject* m_worker;
  QFileSystemWatcher m_watcher;
  QTimer m_soon;   ///< gathers many changes into one reading
  QTimer m_again;  ///< where the system tells nothing of changes
  std::atomic<bool> m_isCanceled{false};
  bool m_isLoading = false;
  bool m_isStale = false;  ///< asked for again while loading
  bool m_isShown = false;  ///< changed() was emitted once
};

}  // namespace actscope::gui
