// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/program_run.hpp"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <algorithm>
#include <csignal>

namespace actscope::gui {

QString findProgram(const QString& setting, const QString& ownFolder) {
  if (!setting.isEmpty()) return QFileInfo(setting).isExecutable() ? setting : QString();
  // Beside this program where both are installed; in a build tree, where scripts/build links it.
  for (const char* folder : {"/", "/../../bin/"}) {
    const QString file = QDir::cleanPath(ownFolder + folder + "actscope");
    if (QFileInfo(file).isFile() && QFileInfo(file).isExecutable()) return file;
  }
  return QStandardPaths::findExecutable("actscope");
}

QString exitText(int code) {
  switch (code) {
    case 0:
      return "done";
    case 1:
      return "done, some points failed";
    case 2:
      return "refused: an option or its value is wrong";
    case 3:
      return "refused: data or weights cannot be read";
    case 4:
      return "refused by the environment: device, folder or permission";
    case 6:
      return "the run failed";
    case 130:
      return "stopped; it can be resumed";
    default:
      return QString("ended with exit code %1").arg(code);
  }
}

ProgramRun::ProgramRun(QObject* parent) : QObject(parent) {
  m_process.setProcessChannelMode(QProcess::MergedChannels);
  m_grace.setSingleShot(true);
  m_grace.setInterval(10000);
  connect(&m_process, &QProcess::started, this, &ProgramRun::started);
  connect(&m_process, &QProcess::readyRead, this, [this] { readLines(false); });
  connect(&m_process, &QProcess::finished, this, &ProgramRun::finish);
  connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) {
      Q_EMIT ended(false, "cannot start: " + m_process.errorString());
    }
  });
  connect(&m_grace, &QTimer::timeout, this, [this] {
    m_isKilled = true;
    m_process.kill();
  });
}

ProgramRun::~ProgramRun() {
  m_process.disconnect(this);
  if (!isRunning()) return;
  m_process.terminate();
  if (m_process.waitForFinished(std::min(m_grace.interval(), 3000))) return;
  m_process.kill();
  m_process.waitForFinished(2000);
}

void ProgramRun::start(const QString& program, const QStringList& arguments) {
  if (isRunning()) return;
  m_isStopped = m_isKilled = false;
  m_rest.clear();
  m_process.start(program, arguments, QIODevice::ReadOnly);
}

void ProgramRun::stop() {
  if (!isRunning()) return;
  m_isStopped = true;
  m_process.terminate();
  m_grace.start();
}

void ProgramRun::readLines(bool isEnd) {
  m_rest += m_process.readAll();
  // A progress bar overwrites its line.
  m_rest.replace('\r', '\n');
  for (qsizetype end = m_rest.indexOf('\n'); end >= 0; end = m_rest.indexOf('\n')) {
    const QString text = QString::fromUtf8(m_rest.left(end)).trimmed();
    m_rest.remove(0, end + 1);
    if (!text.isEmpty()) Q_EMIT line(text);
  }
  if (isEnd && !m_rest.trimmed().isEmpty()) Q_EMIT line(QString::fromUtf8(m_rest).trimmed());
}

// `signal` that ended it. One that dies of the stop itself had nothing to write yet.
QString ProgramRun::crashText(int signal) const {
  if (m_isKilled) return "killed, for it did not stop in time";
  if (m_isStopped && signal == SIGTERM) return "stopped";
  return QString("the program crashed or was killed (signal %1)%2")
      .arg(signal)
      .arg(m_isStopped ? " while it stopped" : "");
}

void ProgramRun::finish(int code, QProcess::ExitStatus status) {
  m_grace.stop();
  readLines(true);
  if (status == QProcess::CrashExit) {
    Q_EMIT ended(false, crashText(code));
    return;
  }
  Q_EMIT ended(code == 0, exitText(code));
}

}  // namespace actscope::gui
