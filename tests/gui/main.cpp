// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QApplication>
#include <QFont>
#include <QFontInfo>
#include <QTemporaryDir>
#include <iostream>

#include "app/theme.hpp"

// Pictures are the same on every machine: no desktop, one style, one font, no scaling.
int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  qputenv("QT_SCALE_FACTOR", "1");
  qputenv("QT_FONT_DPI", "96");
  qputenv("FONTCONFIG_FILE", ACTSCOPE_TEST_SOURCE_DIR "/gui/fonts.conf");
  // What the window remembers between sessions stays out of the home of who runs the tests.
  const QTemporaryDir home;
  qputenv("XDG_CONFIG_HOME", home.path().toUtf8());
  qputenv("XDG_RUNTIME_DIR", home.path().toUtf8());
  testing::InitGoogleTest(&argc, argv);
  QApplication program(argc, argv);
  QApplication::setOrganizationName("actscope");
  QApplication::setApplicationName("actscope-gui-test");
  actscope::gui::applyTheme(actscope::gui::Theme::light);
  QApplication::setFont(QFont("DejaVu Sans", 9));
  QApplication::setEffectEnabled(Qt::UI_AnimateCombo, false);
  QApplication::setCursorFlashTime(0);
  if (QFontInfo(QApplication::font()).family() != "DejaVu Sans") {
    std::cerr << "the pictures need the font DejaVu Sans; scripts/setup --gui installs it\n";
    return 1;
  }
  return RUN_ALL_TESTS();
}
