// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <string>

namespace actscope::gui {

/// Reads traces and draws each 400 times while zooming and panning, at 1920 x 1080 without a
/// display: what opening and a frame cost, and the bytes an event. Without files it makes a
/// trace.db of a million events and its Chrome JSON.
///
/// Errors  as reports::read_timeline; EnvironmentError: the trace cannot be written
std::string timelineBench(const QStringList& files);

}  // namespace actscope::gui
