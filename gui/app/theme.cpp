// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/theme.hpp"

#include <QApplication>
#include <QStyle>

#include "views/plot_style.hpp"

namespace actscope::gui {

void applyTheme(Theme theme) {
  if (theme == Theme::system) {
    QApplication::setPalette(QPalette());
    return;
  }
  // Styles of desktops take their own colors, whatever the palette says.
  QApplication::setStyle("Fusion");
  QApplication::setPalette(theme == Theme::dark ? darkPalette() : lightPalette());
}

}  // namespace actscope::gui
