// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QHash>
#include <QObject>
#include <QThread>
#include <atomic>
#include <memory>
#include <vector>

#include "actscope/reports/allocations/history.hpp"
#include "models/memory_source.hpp"

namespace actscope::gui {

using HistoryPointer = std::shared_ptr<const reports::AllocationHistory>;

/// Reads files of allocations on a thread of its own, and keeps what was asked for last.
class MemoryLoader : public QObject {
  Q_OBJECT

 public:
  explicit MemoryLoader(QObject* parent = nullptr);
  ~MemoryLoader() override;

  struct State {
    HistoryPointer history;  ///< null: being read, or not readable
    QString fault;           ///< why it is not readable
    double share = 0;        ///< done of the reading
  };

  /// Begins to read what is not read yet, or has changed; forgets files that are not asked for.
  void want(const std::vector<MemorySource>& sources);
  /// Reads before it returns; for exports and tests.
  void wantNow(const std::vector<MemorySource>& sources);
  State state(const QString& file) const { return m_states.value(file).state; }
  bool isReading() const { return !m_reading.isEmpty(); }

 public Q_SLOTS:
  /// Stops the reading under way; its file counts as not readable until reload().
  void cancel();
  /// Reads again what is not readable.
  void reload();

 Q_SIGNALS:
  void changed();
  /// Of the file being read, from 0 to 1.
  void progressed(double share);

 private:
  struct Entry {
    State state;
    MemorySource source;
    QDateTime modified;
    qint64 size = -1;
    bool isDue = false;
  };

  void mark(const std::vector<MemorySource>& sources);
  void readNext();

  QHash<QString, Entry> m_states;
  QString m_reading;  ///< the file under way; empty: none
  QThread m_thread;
  QObject* m_worker;
  std::atomic<bool> m_isCanceled{false};
};

}  // namespace actscope::gui
