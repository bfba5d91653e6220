// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace actscope::gui {

/// Shows every key of the dashboard beside the window; Escape closes it.
void showShortcutSheet(QWidget* parent);

}  // namespace actscope::gui
