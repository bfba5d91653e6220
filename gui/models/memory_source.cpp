// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/memory_source.hpp"

#include <QFileInfo>

namespace actscope::gui {
namespace {

MemorySource sourceOfFile(const QString& file) {
  return {file, QFileInfo(file).fileName(), {}, nullptr};
}

}  // namespace

MemorySource memorySourceOf(const RunPointer& run) {
  MemorySource source;
  if (!run) return source;
  source.run = run;
  source.name = run->name;
  const QString file = folderOf(*run) + "/trace.db";
  if (QFileInfo::exists(file)) {
    source.file = file;
  } else {
    source.whyNot =
        QString("%1 has no trace.db: run it again with --trace timeline.").arg(run->name);
  }
  return source;
}

MemoryPair memoryPairOf(const RunPointer& a, const RunPointer& b, const QStringList& files) {
  MemoryPair pair{memorySourceOf(a), memorySourceOf(b)};
  if (files.isEmpty()) return pair;
  if (!a) pair.a = sourceOfFile(files.front());
  if (!b) pair.b = sourceOfFile(files.size() > 1 || a ? files[a ? 0 : 1] : files.front());
  return pair;
}

}  // namespace actscope::gui
