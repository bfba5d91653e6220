// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QProcess>
#include <QTimer>

namespace actscope::gui {

/// Where the actscope program is: the setting, else beside this program or in bin/ of its build
/// tree, else on the path. Empty: nowhere.
QString findProgram(const QString& setting, const QString& ownFolder);

/// One actscope process: its lines as they come, its end, and a stop that asks first. Never blocks.
class ProgramRun : public QObject {
  Q_OBJECT

 public:
  explicit ProgramRun(QObject* parent = nullptr);
  /// Stops what still runs, so that it can be resumed; kills it where it does not end in time.
  ~ProgramRun() override;

  bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
  /// How long a stopped program may take to end by itself. Units: milliseconds.
  void setGrace(int milliseconds) { m_grace.setInterval(milliseconds); }

  void start(const QString& program, const QStringList& arguments);
  /// SIGTERM, so that the run leaves a report and a checkpoint; SIGKILL after the grace.
  void stop();

 Q_SIGNALS:
  void started();
  /// A line that the program wrote to stderr or stdout.
  void line(const QString& text);
  /// In words, with what the exit code means.
  void ended(bool isGood, const QString& verdict);

 private:
  void readLines(bool isEnd);
  QString crashText(int signal) const;
  void finish(int code, QProcess::ExitStatus status);

  QProcess m_process;
  QTimer m_grace;
  QByteArray m_rest;
  bool m_isKilled = false;
  bool m_isStopped = false;
};

/// What an exit code of actscope means (docs/reference/exit-codes.md).
QString exitText(int code);

}  // namespace actscope::gui
