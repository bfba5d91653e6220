// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_reader.hpp"

#include <QDir>
#include <QDirIterator>
#include <QFileInfo>
#include <QSet>
#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/sweep_record.hpp"
#include "actscope/reports/allocations/history.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/sweep/document.hpp"
#include "actscope/reports/timeline/reading.hpp"
#include "models/parallel_reading.hpp"

namespace actscope::gui {
namespace {

struct Files {
  QStringList sweeps;
  QStringList reports;
  QStringList benches;
  QStringList gates;
  QStringList plans;
  QStringList memories;
  QStringList traces;
};

// A document of such a name is shown under the name of its folder.
constexpr const char* benchFile = "kernels.json";
constexpr const char* gateFile = "gate.json";
constexpr const char* planFile = "plan.json";
constexpr const char* traceFile = "trace.db";

const QStringList& ourFiles() {
  static const QStringList names{"report.json", "sweep.json", benchFile, gateFile, planFile};
  return names;
}

// The list that a file belongs to, by its name or, where the name is another, by its schema.
QStringList& listOf(const QString& file, Files& files) {
  const QString name = QFileInfo(file).fileName();
  if (name == "sweep.json") return files.sweeps;
  if (name == "report.json") return files.reports;
  if (name == benchFile) return files.benches;
  if (name == gateFile) return files.gates;
  if (name == planFile) return files.plans;
  if (name == traceFile) return files.traces;
  try {
    const std::string path = file.toStdString();
    const std::string kind = reports::identify(read_file(path), path).name;
    if (kind == "actscope.sweep") return files.sweeps;
    if (kind == "actscope.kernels") return files.benches;
    if (kind == "actscope.gate") return files.gates;
    if (kind == "actscope.plan") return files.plans;
  } catch (const std::exception&) {
    return files.reports;  // the reader of runs says what is wrong with it
  }
  return files.reports;
}

// A trace may hold allocations, too: both pages show it.
void addNamed(const QString& file, Files& files) {
  const bool isOurs = ourFiles().contains(QFileInfo(file).fileName());
  const bool isMemory = !isOurs && reports::is_allocation_file(file.toStdString());
  const bool isTrace = !isOurs && reports::is_trace_file(file.toStdString());
  if (isMemory) files.memories << file;
  if (isTrace) files.traces << file;
  if (!isMemory && !isTrace) listOf(file, files) << file;
}

Files filesBelow(const QStringList& places) {
  Files files;
  for (const QString& place : places) {
    if (!QFileInfo(place).isDir()) {
      if (!QFileInfo::exists(place)) continue;
      addNamed(place, files);
      continue;
    }
    QDirIterator below(place, ourFiles() + QStringList{traceFile}, QDir::Files,
                       QDirIterator::Subdirectories);
    while (below.hasNext()) {
      const QString file = QDir::cleanPath(below.next());
      listOf(file, files) << file;
    }
  }
  for (QStringList* list :
       {&files.sweeps, &files.reports, &files.benches, &files.gates, &files.plans, &files.traces}) {
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
  const bool isNamedByFolder = ourFiles().contains(info.fileName());
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

// A report, or why it cannot be read.
RunPointer runOf(const QString& file) {
  try {
    const std::string path = file.toStdString();
    auto record = std::make_shared<RunRecord>(reports::read_run_document(read_file(path), path));
    RunEntry entry;
    entry.key = file;
    entry.name = nameOf(QFileInfo(file));
    entry.status = statusOf(record->status);
    entry.reason = QString::fromStdString(record->status_reason);
    entry.setConfig(record->config);
    entry.summary = record->summary;
    entry.heldoutImages = record->heldout_samples;
    entry.record = std::move(record);
    return std::make_shared<RunEntry>(std::move(entry));
  } catch (const std::exception& error) {
    return unreadable(file, error.what());
  }
}

// The report of a point, absolute; empty where the sweep names none or one outside its folder.
QString reportOf(const QString& folder, const SweepPointRecord& point) {
  if (point.report.empty()) return {};
  const QString file = QDir::cleanPath(folder + "/" + QString::fromStdString(point.report));
  return file.startsWith(QDir::cleanPath(folder) + "/") ? file : QString();
}

// The documents of one kind, each as `read(text, file)` has it or with why it has none.
template <class Record, class Read>
std::shared_ptr<const DocumentEntry<Record>> readEntry(const QString& file, const Read& read) {
  DocumentEntry<Record> entry;
  entry.key = file;
  entry.name = nameOf(QFileInfo(file));
  try {
    const std::string path = file.toStdString();
    entry.record = std::make_shared<Record>(read(read_file(path), path));
  } catch (const std::exception& error) {
    entry.reason = QString::fromUtf8(error.what());
  }
  return std::make_shared<DocumentEntry<Record>>(std::move(entry));
}

template <class Record, class Read>
std::vector<std::shared_ptr<const DocumentEntry<Record>>> readEntries(const QStringList& files,
                                                                      const Read& read) {
  std::vector<std::shared_ptr<const DocumentEntry<Record>>> entries;
  for (const QString& file : files) entries.push_back(readEntry<Record>(file, read));
  return entries;
}

}  // namespace

RunReader::FileState RunReader::FileState::of(const QString& file) {
  const QFileInfo info(file);
  if (!info.exists()) return {};
  return {info.lastModified(), info.size()};
}

bool RunReader::isKnown(const QString& file) const {
  const auto known = m_known.constFind(file);
  return known != m_known.constEnd() && known->state == FileState::of(file);
}

bool RunReader::readAhead(const QStringList& files, const Progress& progress) {
  QStringList fresh;
  for (const QString& file : files) {
    if (!isKnown(file)) fresh << file;
  }
  std::vector<Remembered<RunPointer>> read(static_cast<std::size_t>(fresh.size()));
  const bool isWhole = readInParallel(
      read.size(),
      [&](std::size_t i) {
        const QString& file = fresh[static_cast<qsizetype>(i)];
        read[i].state = FileState::of(file);
        read[i].value = runOf(file);
      },
      [&](std::size_t done) {
        return !progress || progress(static_cast<int>(done), static_cast<int>(read.size()));
      });
  for (std::size_t i = 0; i < read.size(); ++i) {
    const Remembered<RunPointer>& one = read[i];
    if (!one.value || !one.value->isReadable()) continue;  // it may be half written
    m_known[fresh[static_cast<qsizetype>(i)]] = one;
  }
  return isWhole;
}

RunPointer RunReader::readRun(const QString& file) {
  if (isKnown(file)) return m_known[file].value;
  const FileState state = FileState::of(file);
  RunPointer run = runOf(file);
  if (run->isReadable()) {
    m_known[file] = {state, run};
  } else {
    m_known.remove(file);
  }
  return run;
}

PlanList RunReader::readPlans(const QStringList& files) {
  PlanList plans;
  for (const QString& file : files) {
    const FileState state = FileState::of(file);
    Remembered<PlanPointer>& known = m_knownPlans[file];
    if (!known.value || known.state != state) {
      known = {state, readEntry<PlanDocument>(file, readPlan)};
    }
    plans.push_back(known.value);
  }
  return plans;
}

RunList RunReader::readSweep(const QString& file, const Progress& progress, bool& isStopped) {
  RunList entries;
  try {
    const std::string path = file.toStdString();
    const SweepRecord sweep = reports::read_sweep_document(read_file(path), path);
    const QString folder = QFileInfo(file).absolutePath();
    QStringList files;
    for (const SweepPointRecord& point : sweep.points) {
      const QString report = reportOf(folder, point);
      if (!report.isEmpty() && QFileInfo::exists(report)) files << report;
    }
    isStopped = !readAhead(files, progress);
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
      if (isStopped && !isKnown(report)) {
        if (entry.reason.isEmpty()) entry.reason = "reading was stopped before its report";
      } else if (!report.isEmpty() && QFileInfo::exists(report)) {
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
  m_documents.plans = readPlans(files.plans);
  m_documents.traces = files.traces;
  RunList runs;
  QStringList sweepFolders;  // reports below them are points, or left over from a sweep
  for (const QString& file : files.sweeps) {
    bool isStopped = false;
    const RunList points = readSweep(file, progress, isStopped);
    const bool isRead = points.size() != 1 || points.front()->isReadable();
    const QString folder = QFileInfo(file).absolutePath();
    if (isRead) sweepFolders << folder + "/points/" << folder + "/work/";
    runs.insert(runs.end(), points.begin(), points.end());
    if (isStopped) return runs;
  }
  QStringList alone;
  for (const QString& file : files.reports) {
    const QString path = QFileInfo(file).absoluteFilePath();
    const bool isPoint = std::ranges::any_of(
        sweepFolders, [&](const QString& folder) { return path.startsWith(folder); });
    if (!isPoint) alone << file;
  }
  const bool isWhole = readAhead(alone, progress);
  for (const QString& file : alone) {
    if (isWhole || isKnown(file)) runs.push_back(readRun(file));
  }
  return runs;
}

}  // namespace actscope::gui
