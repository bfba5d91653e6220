// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QObject>
#include <QString>
#include <atomic>
#include <memory>

#include "actscope/reports/timeline/reading.hpp"
#include "models/run_entry.hpp"

namespace actscope::gui {

using TimelinePointer = std::shared_ptr<const reports::Timeline>;

/// Reads one trace at a time on a thread of its own and holds it. A file that has not changed is
/// not read again.
class TimelineLoader : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  ~TimelineLoader() override;

  /// Null: none, being read, or not readable.
  const TimelinePointer& timeline() const { return m_timeline; }
  const QString& file() const { return m_file; }
  /// Why there is none; empty where nothing is wrong.
  const QString& reason() const { return m_reason; }
  bool isLoading() const { return m_reading != nullptr; }

  /// Begins to read; an empty name holds nothing. `changed` tells the end.
  void load(const QString& file);
  /// Reads before it returns; for exports.
  void loadNow(const QString& file);
  void cancel();

 Q_SIGNALS:
  void progressed(double share);
  void changed();

 private:
  struct Reading {
    std::atomic<bool> isStopped{false};
  };
  bool begin(const QString& file);
  void take(TimelinePointer timeline, const QString& reason);

  QString m_file, m_reason;
  QDateTime m_modified;
  TimelinePointer m_timeline;
  std::shared_ptr<Reading> m_reading;  ///< null where none goes on
};

/// The trace beside the report of a run: trace.db, else trace.pftrace or trace.json.gz;
/// empty where none is.
QString traceBeside(const RunEntry& run);

}  // namespace actscope::gui
