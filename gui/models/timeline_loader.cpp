// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/timeline_loader.hpp"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QPointer>
#include <QThreadPool>
#include <utility>

namespace actscope::gui {

TimelineLoader::~TimelineLoader() {
  cancel();
}

// False where there is nothing to read.
bool TimelineLoader::begin(const QString& file) {
  const QFileInfo info(file);
  const bool isHeld = file == m_file && info.lastModified() == m_modified && m_reason.isEmpty() &&
                      (m_timeline || m_reading || file.isEmpty());
  if (isHeld) return false;
  cancel();
  m_file = file;
  m_modified = info.lastModified();
  m_timeline.reset();
  m_reason.clear();
  return !file.isEmpty();
}

void TimelineLoader::load(const QString& file) {
  const bool hadOne = m_timeline != nullptr || !m_reason.isEmpty();
  if (!begin(file)) {
    if (file.isEmpty() && hadOne) Q_EMIT changed();
    return;
  }
  m_reading = std::make_shared<Reading>();
  QThreadPool::globalInstance()->start(
      [receiver = QPointer<TimelineLoader>(this), reading = m_reading, path = file.toStdString()] {
        QElapsedTimer sinceTold;
        sinceTold.start();
        // What comes back is taken only while this reading is the one that is waited for.
        const auto tell = [&](auto&& take) {
          QMetaObject::invokeMethod(
              qApp, [receiver, reading, take = std::forward<decltype(take)>(take)]() mutable {
                if (receiver && receiver->m_reading == reading) take(*receiver);
              });
        };
        TimelinePointer timeline;
        QString reason;
        try {
          timeline = reports::read_timeline(path, [&](double share) {
            constexpr qint64 betweenMs = 60;
            if (sinceTold.elapsed() > betweenMs) {
              sinceTold.restart();
              tell([share](TimelineLoader& loader) { Q_EMIT loader.progressed(share); });
            }
            return !reading->isStopped;
          });
          if (!timeline) reason = tr("Reading was stopped; F5 reads again.");
        } catch (const std::exception& error) {
          reason = QString::fromUtf8(error.what());
        }
        tell([timeline, reason](TimelineLoader& loader) { loader.take(timeline, reason); });
      });
}

void TimelineLoader::loadNow(const QString& file) {
  if (!begin(file)) return;
  try {
    m_timeline = reports::read_timeline(file.toStdString());
  } catch (const std::exception& error) {
    m_reason = QString::fromUtf8(error.what());
  }
}

void TimelineLoader::cancel() {
  if (!m_reading) return;
  m_reading->isStopped = true;
  m_reading.reset();
  m_reason = tr("Reading was stopped; F5 reads again.");
  Q_EMIT changed();
}

void TimelineLoader::take(TimelinePointer timeline, const QString& reason) {
  m_reading.reset();
  m_timeline = std::move(timeline);
  m_reason = reason;
  Q_EMIT changed();
}

QString traceBeside(const RunEntry& run) {
  for (const char* name : {"trace.db", "trace.pftrace", "trace.json.gz", "trace.json"}) {
    const QString file = folderOf(run) + "/" + name;
    if (QFileInfo::exists(file)) return file;
  }
  return {};
}

}  // namespace actscope::gui
