// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/memory_source.hpp"

#include <QFile>
#include <QFileInfo>

namespace actscope::gui {
namespace {

// A point of a sweep has its report in a folder of its name.
QString folderOf(const RunEntry& run) {
  const qsizetype mark = run.key.lastIndexOf('#');
  if (run.sweep.isEmpty() || mark < 0) return QFileInfo(run.key).absolutePath();
  return QFileInfo(run.key.left(mark)).absolutePath() + "/points/" + run.key.mid(mark + 1);
}

MemorySource sourceOfFile(const QString& file) {
  return {file, QFileInfo(file).fileName(), {}, nullptr};
}

}  // namespace

bool isMemoryFile(const QString& name) {
  QFile file(name);
  if (!file.open(QIODevice::ReadOnly)) return false;
  const QByteArray begin = file.read(16);
  const bool isPickle = name.endsWith(".pickle") || name.endsWith(".pkl") ||
                        (begin.size() > 1 && begin[0] == '\x80' && begin[1] <= 5);
  return isPickle || begin.startsWith("SQLite format 3");
}

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
