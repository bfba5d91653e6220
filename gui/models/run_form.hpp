// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "models/table_model.hpp"

namespace actscope::gui {

/// One line of the form.
struct FormField {
  QString name = {};    ///< of its widget and its value: the field of the configuration, or an axis
  QString option = {};  ///< "--dim"; empty: words for the command line as they are
  QString label = {};   ///< with & before its key
  QString hint = {};    ///< shown while it is empty
  QString first = {};   ///< what stands there at first
  QString meaning = {};  ///< what it is, in a line
  QString heading = {};  ///< of the group that begins with it; empty: it belongs to the one before
  QStringList choices = {};
  enum class Shown { always, inRun, inSweep } shown = Shown::always;
  /// Left out of the command line where it says what the program does by itself.
  bool isLeftOutAsUsual = false;
};

/// The lines in their order. Options, choices and defaults are those of core/config.
const std::vector<FormField>& formFields();

/// What the form asks for: one run, or a sweep. Texts are as typed; the program validates them.
class RunForm {
 public:
  RunForm();  ///< as at first

  bool isSweep = false;
  QString& operator[](const QString& field) { return m_texts[field]; }
  /// Without blanks around it.
  QString text(const QString& field) const { return m_texts.value(field).trimmed(); }

 private:
  QHash<QString, QString> m_texts;
};

/// Whether the scheme takes a sparsity, and whether it takes a block size; of a sweep, whether one
/// of its schemes may.
bool hasSparsity(const RunForm& form);
bool hasBlocks(const RunForm& form);

/// Whether a line means anything to what the form asks for.
bool isRead(const FormField& field, const RunForm& form);

/// The arguments of actscope, the subcommand first. Empty fields are left out, and so are names
/// that are the program's defaults.
QStringList argumentsOf(const RunForm& form);

/// The form of such arguments: what it has no line for is in `extra`. Absent where they begin with
/// neither run nor sweep.
std::optional<RunForm> formOf(const QStringList& arguments);

/// What is wrong with a form.
struct FormFault {
  QString field;  ///< the line that it is in; empty: there is no fault
  QString text;
};
FormFault faultIn(const RunForm& form);
/// Why the form cannot be started; empty: it can.
QString faultOf(const RunForm& form);

/// A line that a POSIX shell takes apart into the same words.
QString shellLine(const QString& program, const QStringList& arguments);
/// The words of a line as a POSIX shell takes it apart, without what it replaces; absent where a
/// quote is not closed.
std::optional<QStringList> shellWords(const QString& line);

/// One row an option.
void fillFormTable(TableModel& table, const RunForm& form);

}  // namespace actscope::gui
