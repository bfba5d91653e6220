// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>
#include <QStringList>

#include "app/theme.hpp"
#include "models/selection.hpp"
#include "views/view.hpp"

namespace actscope::gui {

/// What the command line asks for.
struct CommandLine {
  bool isHelp = false, isVersion = false, isBench = false;
  QString exported;  ///< view to write; empty: open the window
  QString output;
  QSize size{1100, 620};
  Theme theme = Theme::system;
  QString a, b;  ///< runs, by name, folder or file
  Side side = Side::b;
  bool isSideGiven = false;
  ViewOptions options;
  QStringList places;
};

/// The words behind the program's name.
/// Errors  ConfigError: an unknown option or view, a value out of range, --export without -o;
///         DataError: a place that does not exist
CommandLine readCommandLine(const QStringList& words);

/// The text of --help.
QString helpText();

}  // namespace actscope::gui
