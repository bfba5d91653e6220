// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QHash>
#include <QStringList>
#include <functional>

#include "models/documents.hpp"
#include "models/run_entry.hpp"

namespace actscope::gui {

/// Finds and reads the runs below folders. It remembers what it read, so that a second reading
/// costs only the files that have changed. Used from one thread at a time.
class RunReader {
 public:
  /// Told how many reports are done of those that a sweep, or everything beside sweeps, has to
  /// read; false stops the reading.
  using Progress = std::function<bool(int done, int total)>;

  /// Every report.json and sweep.json at or below the places, in the order of their paths (and what
  /// documents() gives, every kernels.json, gate.json and plan.json); the points of a sweep in its
  /// own order, each with its report where it has one. What cannot be read is an entry that says
  /// why. A stopped reading gives what it has.
  RunList read(const QStringList& places, const Progress& progress = {});

  /// The sweep documents of the last reading: what changes while a sweep runs.
  const QStringList& sweepFiles() const { return m_sweeps; }

  /// The documents of `actscope bench kernels`, `gate` and `plan` of the last reading.
  const Documents& documents() const { return m_documents; }

 private:
  /// What of a file tells that it changed.
  struct FileState {
    QDateTime modified;
    qint64 size = -1;

    /// Asked for before the file is read: what changes meanwhile is read again.
    static FileState of(const QString& file);
    bool operator==(const FileState&) const = default;
  };
  template <class Value>
  struct Remembered {
    FileState state;
    Value value;
  };

  /// Reads what is not known yet, or has changed, on every core; false where it was stopped.
  bool readAhead(const QStringList& files, const Progress& progress);
  bool isKnown(const QString& file) const;
  RunPointer readRun(const QString& file);
  PlanList readPlans(const QStringList& files);
  RunList readSweep(const QString& file, const Progress& progress, bool& isStopped);

  QHash<QString, Remembered<RunPointer>> m_known;
  /// Working out the steps of a plan takes a while.
  QHash<QString, Remembered<PlanPointer>> m_knownPlans;
  QStringList m_sweeps;
  Documents m_documents;
};

}  // namespace actscope::gui
