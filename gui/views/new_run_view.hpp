// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "models/program_run.hpp"
#include "models/run_form.hpp"
#include "views/view.hpp"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QRadioButton;

namespace actscope::gui {

/// A form for one run or a sweep: shows the command line, starts and stops the program, and opens
/// what it writes.
class NewRunView : public View {
  Q_OBJECT

 public:
  NewRunView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "new-run"; }
  QString title() const override { return tr("New run"); }
  const QAbstractItemModel& table() const override { return m_table; }

  RunForm form() const;
  /// Fills the form; nothing starts.
  void setForm(const RunForm& form);
  ProgramRun& program() { return m_run; }
  /// Empty: looked for beside this program, then on the path.
  void setProgram(const QString& file);
  /// Command lines that were started before, the last one first.
  void setCommands(const QStringList& commands);

 Q_SIGNALS:
  void commandsChanged(const QStringList& commands);
  void programChanged(const QString& file);

 public Q_SLOTS:
  void start();
  void stop();
  void copyCommand();

 protected:
  void refresh() override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void addHeading(const QString& title);
  void mark(QWidget& field, bool isWrong);
  void remember(const QString& command);
  void takePast(int place);
  QWidget* addField(const FormField& field);
  QWidget* makeForm();
  QWidget* makeConsole();
  void showLine(const QString& text);
  void end(bool isGood, const QString& verdict);

  TableModel m_table;
  ProgramRun m_run;
  QRadioButton *m_single, *m_sweep;
  QFormLayout* m_form;
  std::vector<QWidget*> m_fields;  ///< as formFields
  QLineEdit* m_program;
  QPlainTextEdit *m_command, *m_log;
  QLabel *m_state, *m_meaning, *m_prediction;
  QComboBox* m_past;
  QStringList m_commands;
  QPushButton *m_start, *m_stop, *m_copy;
  QString m_out;  ///< folder of the run under way
};

}  // namespace actscope::gui
