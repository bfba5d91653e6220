// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>

namespace actscope::gui {

class View;

/// Writes what a view shows: a picture (.png, .svg, .pdf) or its table (.csv). All of it or
/// nothing.
///
/// pixelRatio  pixels of a PNG for each of `size`
/// Errors   ConfigError: another ending; EnvironmentError: the file cannot be written
void exportView(View& view, const QString& file, QSize size, double pixelRatio = 1);

}  // namespace actscope::gui
