// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command_line.hpp"

namespace actscope::gui {

/// Picks the runs and the side that the command line names; where it names none, the first dense
/// run as A and the run that keeps least as B.
/// Errors  ConfigError: no run of that name, or several
void pickRuns(const CommandLine& line, const RunStore& store, Selection& selection);

/// Writes the view that the command line asks for; needs no display.
/// Errors  as exportView; DataError: a file that was named cannot be read
void exportHeadless(const CommandLine& line);

}  // namespace actscope::gui
