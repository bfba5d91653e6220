// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/memory_loader.hpp"

#include <QFileInfo>
#include <utility>

namespace actscope::gui {
namespace {

MemoryLoader::State readState(const MemorySource& source,
                              const reports::ReadingProgress& progress) {
  MemoryLoader::State state;
  try {
    auto history = std::make_shared<reports::AllocationHistory>(
        reports::read_allocations(source.file.toStdString(), progress));
    const auto& run = source.run;
    if (run && run->record && run->record->memory) {
      reports::divide_before(*history, *run->record->memory);
    }
    state.history = std::move(history);
  } catch (const std::exception& error) {
    state.fault = QString::fromUtf8(error.what());
  }
  state.share = 1;
  return state;
}

}  // namespace

MemoryLoader::MemoryLoader(QObject* parent) : QObject(parent), m_worker(new QObject) {
  m_worker->moveToThread(&m_thread);
  connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
  m_thread.start();
}

MemoryLoader::~MemoryLoader() {
  m_isCanceled = true;
  m_thread.quit();
  m_thread.wait();
}

void MemoryLoader::mark(const std::vector<MemorySource>& sources) {
  QHash<QString, Entry> wanted;
  for (const MemorySource& source : sources) {
    if (source.file.isEmpty()) continue;
    Entry entry = m_states.value(source.file);
    const QFileInfo info(source.file);
    if (entry.size != info.size() || entry.modified != info.lastModified()) {
      entry.isDue = true;
      entry.size = info.size();
      entry.modified = info.lastModified();
    }
    entry.source = source;
    wanted.insert(source.file, entry);
  }
  m_states = std::move(wanted);
  if (!m_reading.isEmpty() && !m_states.contains(m_reading)) m_isCanceled = true;
}

void MemoryLoader::want(const std::vector<MemorySource>& sources) {
  mark(sources);
  readNext();
}

void MemoryLoader::wantNow(const std::vector<MemorySource>& sources) {
  mark(sources);
  for (Entry& entry : m_states) {
    if (std::exchange(entry.isDue, false)) entry.state = readState(entry.source, {});
  }
}

void MemoryLoader::readNext() {
  if (!m_reading.isEmpty()) return;
  for (auto entry = m_states.begin(); entry != m_states.end(); ++entry) {
    if (!std::exchange(entry->isDue, false)) continue;
    m_reading = entry.key();
    m_isCanceled = false;
    entry->state.fault.clear();
    QMetaObject::invokeMethod(m_worker, [this, source = entry->source] {
      double told = -1;
      const auto progress = [&](double share) {
        if (share - told >= 0.01) {
          told = share;
          QMetaObject::invokeMethod(this, [this, share, file = source.file] {
            if (m_states.contains(file)) m_states[file].state.share = share;
            Q_EMIT progressed(share);
          });
        }
        return !m_isCanceled;
      };
      State state = readState(source, progress);
      if (m_isCanceled) state = {nullptr, tr("Reading %1 was stopped.").arg(source.name), 0};
      QMetaObject::invokeMethod(this, [this, file = source.file, read = std::move(state)] {
        m_reading.clear();
        if (m_states.contains(file)) m_states[file].state = read;
        Q_EMIT changed();
        readNext();
      });
    });
    return;
  }
}

void MemoryLoader::cancel() {
  m_isCanceled = true;
}

void MemoryLoader::reload() {
  for (Entry& entry : m_states) entry.isDue = entry.isDue || !entry.state.history;
  readNext();
}

}  // namespace actscope::gui
