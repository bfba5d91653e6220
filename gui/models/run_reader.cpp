// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_reader.hpp"

#include <QDir>
#include <QDirIterator>
#include <QFileInfo>
#include <QSet>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/sweep_record.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/sweep/document.hpp"
#include "actscope/reports/timeline/reading.hpp"
#include "models/memory_source.hpp"

namespace actscope::gui {
namespace {

struct Files {
  QStringList sweeps;
  QStringList reports;
  QStringList benches;
  QStringList gates;
  QStringList memories;
  QStringList traces;
};

// A document of such a name is shown under the name of its folder.
constexpr const char* benchFile = "kernels.json";
constexpr const char* gateFile = "gate.json";
constexpr const char* traceFile = "trace.db";

// The list that a file belongs to, by its name or, where the name is another, by its schema.
QStringList& listOf(const QString& file, Files& files) {
  const QString name = QFileInfo(file).fileName();
  if (name == "sweep.json") return files.sweeps;
  if (name == "report.json") return files.reports;
  if (name == benchFile) return files.benches;
  if (name == gateFile) return files.gates;
  if (name == traceFile) return files.traces;
  try {
    const std::string path = file.toStdString();
    const std::string kind = reports::identify(read_file(path), path).name;
    if (kind == "actscope.sweep") return files.sweeps;
    if (kind == "actscope.kernels") return files.benches;
    if (kind == "actscope.gate") return files.gates;
  } catch (const std::exception&) {
    return files.reports;  // the reader of runs says what is wrong with it
  }
  return files.reports;
}

Files filesBelow(const QStringList& places) {
  Files files;
  for (const QString& place : places) {
    if (!QFileInfo(place).isDir()) {
      if (!QFileInfo::exists(place)) continue;
      // A trace may hold allocations, too: both pages show it.
      const bool isMemory = isMemoryFile(place);
      const bool isTrace = reports::is_trace_file(place.toStdString());
      if (isMemory) files.memories << place;
      if (isTrace) files.traces << place;
      if (!isMemory && !isTrace) listOf(place, files) << place;
      continue;
    }
    QDirIterator below(place, {"report.json", "sweep.json", benchFile, gateFile, traceFile},
                       QDir::Files, QDirIterator::Subdirectories);
    while (below.hasNext()) {
      const QString file = QDir::cleanPath(below.next());
      listOf(file, files) << file;
    }
  }
  for (QStringList* list :
       {&files.sweeps, &files.reports, &files.benches, &files.gates, &files.traces}) {
    list->sort();
    list->removeDuplicates();
  }
  return files;
}

EntryStatus statusOf(RunStatus status) {
  switch (status) {
    case RunStatus::completed:
      return EntryStatus::completed;
    case RunStatus::interrupted:
      return EntryStatus::interrupted;
    case RunStatus::failed:
      return EntryStatus::failed;
  }
  return EntryStatus::failed;
}

EntryStatus statusOf(PointStatus status) {
  switch (status) {
    case PointStatus::pending:
      return EntryStatus::pending;
    case PointStatus::running:
      return EntryStatus::running;
    case PointStatus::done:
      return EntryStatus::completed;
    case PointStatus::failed:
      return EntryStatus::failed;
    case PointStatus::skipped:
      return EntryStatus::skipped;
  }
  return EntryStatus::failed;
}

// The name of the folder where the file has the name that the program gives it, else the file's.
QString nameOf(const QFileInfo& info) {
  const bool isNamedByFolder =
      QStringList{"report.json", "sweep.json", benchFile, gateFile}.contains(info.fileName());
  return isNamedByFolder ? info.absoluteDir().dirName() : info.completeBaseName();
}

RunPointer unreadable(const QString& file, const char* message) {
  RunEntry entry;
  entry.key = file;
  const QFileInfo info(file);
  entry.name = nameOf(info);
  entry.reason = QString::fromUtf8(message);
  return std::make_shared<RunEntry>(std::move(entry));
}

// The report of a point, absolute; empty where the sweep names none or one outside its folder.
QString reportOf(const QString& folder, const SweepPointRecord& point) {
  if (point.report.empty()) return {};
  const QString file = QDir::cleanPath(folder + "/" + QString::fromStdString(point.report));
  return file.startsWith(QDir::cleanPath(folder) + "/") ? file : QString();
}

// The documents of one kind, each as `read(text, file)` has it or with why it has none.
template <class Record, class Read>
std::vector<std::shared_ptr<const DocumentEntry<Record>>> readEntries(const QStringList& files,
                                                                      const Read& read) {
  std::vector<std::shared_ptr<const DocumentEntry<Record>>> entries;
  for (const QString& file : files) {
    DocumentEntry<Record> entry;
    entry.key = file;
    entry.name = nameOf(QFileInfo(file));
    try {
      const std::string path = file.toStdString();
      entry.record = std::make_shared<Record>(read(read_file(path), path));
    } catch (const std::exception& error) {
      entry.reason = QString::fromUtf8(error.what());
    }
    entries.push_back(std::make_shared<DocumentEntry<Record>>(std::move(entry)));
  }
  return entries;
}

}  // namespace

RunPointer RunReader::readRun(const QString& file) {
  const QFileInfo info(file);
  Remembered& known = m_known[file];
  if (known.size == info.size() && known.modified == info.lastModified() && info.exists()) {
    return known.entries.front();
  }
  known = {};
  RunPointer read;
  try {
    const std::string path = file.toStdString();
    auto record = std::make_shared<RunRecord>(reports::read_run_document(read_file(path), path));
    RunEntry entry;
    entry.key = file;
    entry.name = nameOf(info);
    entry.status = statusOf(record->status);
    entry.reason = QString::fromStdString(record->status_reason);
    entry.setConfig(record->config);
    entry.summary = record->summary;
    entry.heldoutImages = record->heldout_samples;
    entry.record = std::move(record);
    read = std::make_shared<RunEntry>(std::move(entry));
    known = {info.lastModified(), info.size(), {read}};
  } catch (const std::exception& error) {
    read = unreadable(file, error.what());  // not remembered: it may be half written
  }
  return read;
}

RunList RunReader::readSweep(const QString& file) {
  RunList entries;
  try {
    const std::string path = file.toStdString();
    const SweepRecord sweep = reports::read_sweep_document(read_file(path), path);
    const QString folder = QFileInfo(file).absolutePath();
    for (const SweepPointRecord& point : sweep.points) {
      RunEntry entry;
      entry.key = file + "#" + QString::fromStdString(point.id);
      entry.name = pointText(point.config);
      entry.sweep = QFileInfo(folder).fileName();
      entry.status = statusOf(point.status);
      entry.reason = QString::fromStdString(point.reason);
      entry.isBaseline = point.role == PointRole::baseline;
      entry.setConfig(point.config);
      entry.summary = point.summary;
      entry.heldoutImages = point.heldout_samples;
      const QString report = reportOf(folder, point);
      if (!report.isEmpty() && QFileInfo::exists(report)) {
        const RunPointer run = readRun(report);
        entry.record = run->record;
        if (entry.heldoutImages == 0) entry.heldoutImages = run->heldoutImages;
        if (!run->record && entry.reason.isEmpty()) entry.reason = run->reason;
        if (!entry.summary && run->status == EntryStatus::completed) entry.summary = run->summary;
      }
      entries.push_back(std::make_shared<RunEntry>(std::move(entry)));
    }
  } catch (const std::exception& error) {
    entries.push_back(unreadable(file, error.what()));
  }
  return entries;
}

RunList RunReader::read(const QStringList& places, const Progress& progress) {
  const Files files = filesBelow(places);
  m_sweeps = files.sweeps;
  m_documents.memories = files.memories;
  m_documents.benches =
      readEntries<KernelsBenchRecord>(files.benches, reports::read_kernels_document);
  m_documents.gates = readEntries<reports::GateResult>(files.gates, reports::read_gate_document);
  m_documents.traces = files.traces;
  const int total = static_cast<int>(files.sweeps.size() + files.reports.size());
  int done = 0;
  RunList runs;
  QStringList sweepFolders;  // reports below them are points, or left over from a sweep
  const auto goOn = [&] { return !progress || progress(++done, total); };
  for (const QString& file : files.sweeps) {
    const RunList points = readSweep(file);
    const bool isRead = points.size() != 1 || points.front()->isReadable();
    const QString folder = QFileInfo(file).absolutePath();
    if (isRead) sweepFolders << folder + "/points/" << folder + "/work/";
    runs.insert(runs.end(), points.begin(), points.end());
    if (!goOn()) return runs;
  }
  for (const QString& file : files.reports) {
    const QString path = QFileInfo(file).absoluteFilePath();
    bool isPoint = false;
    for (const QString& folder : sweepFolders) isPoint = isPoint || path.startsWith(folder);
    if (!isPoint) runs.push_back(readRun(file));
    if (!goOn()) return runs;
  }
  return runs;
}

}  // namespace actscope::gui
