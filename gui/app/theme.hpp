// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace actscope::gui {

enum class Theme { system, light, dark };

/// Sets palette and style of the program; plots follow the palette.
void applyTheme(Theme theme);

}  // namespace actscope::gui
