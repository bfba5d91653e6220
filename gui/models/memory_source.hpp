// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "models/run_entry.hpp"

namespace actscope::gui {

/// A file with allocations, and the run that it is of.
struct MemorySource {
  QString file;    ///< empty: there is none
  QString name;    ///< of the run, or of the file
  QString whyNot;  ///< why there is no file
  RunPointer run;  ///< null: a file that was opened by itself
};

/// The trace.db beside a run's report.
MemorySource memorySourceOf(const RunPointer& run);

/// What A and B mean on the page of memory: the traces of the runs; where no run is picked the
/// files that were opened by themselves, the first for A, the next for B (for both where it is the
/// only one).
struct MemoryPair {
  MemorySource a, b;
};
MemoryPair memoryPairOf(const RunPointer& a, const RunPointer& b, const QStringList& files);

}  // namespace actscope::gui
