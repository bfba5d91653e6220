// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "models/table_model.hpp"

namespace actscope::gui {

/// What the form asks for: one run, or a sweep. Texts are as typed; the program validates them.
struct RunForm {
  bool isSweep = false;
  QString model = "resmlp";
  QString dim, depth;  ///< empty: the program's default
  QString data = "fashion-mnist";
  QString dataDir;
  QString trainSamples;
  QString scheme = "int4-bsr", block = "16", sparsity = "0.8", seed = "0";
  QString schemes = "int4-bsr,linear-bsr", blocks = "8,16", sparsities = "0.5,0.8", seeds = "0";
  QString workers;
  QString select = "panel", schedule = "constant";
  QString epochs = "1", steps;  ///< steps win where given
  QString batch = "128";
  QString learningRate;
  QString optimizer = "adamw", dropPath, ema;
  QString device = "cpu", dtype = "fp32";
  QString trace = "ledger", gradientErrors;
  QString out = "runs/new";
  QString extra;  ///< further options, as in a shell
};

/// Whether the scheme takes a sparsity, and whether it takes a block size; of a sweep, whether one
/// of its schemes may.
bool hasSparsity(const RunForm& form);
bool hasBlocks(const RunForm& form);

/// The arguments of actscope, the subcommand first. Empty fields are left out, and so are names
/// that are the program's defaults.
QStringList argumentsOf(const RunForm& form);

/// Why the form cannot be started; empty: it can.
QString faultOf(const RunForm& form);

/// A line that a POSIX shell takes apart into the same words.
QString shellLine(const QString& program, const QStringList& arguments);

/// One row an option.
void fillFormTable(TableModel& table, const RunForm& form);

}  // namespace actscope::gui
