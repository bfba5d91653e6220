// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QLoggingCategory>
#include <iostream>

#include "actscope/base/build_facts.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/exit_code.hpp"
#include "app/command_line.hpp"
#include "app/headless.hpp"
#include "app/main_window.hpp"

namespace {

using namespace actscope;

// Qt would end the program with a core dump.
void requireDisplay() {
#ifdef Q_OS_LINUX
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
    if (!qEnvironmentVariableIsEmpty(name)) return;
  }
  throw EnvironmentError(error_text("no display", "DISPLAY and WAYLAND_DISPLAY are not set",
                                    "use --export VIEW -o FILE, or xvfb-run actscope-gui"));
#endif
}

int run(int argc, char** argv) {
  QStringList words;
  for (int i = 1; i < argc; ++i) words << QString::fromLocal8Bit(argv[i]);
  gui::CommandLine line = gui::readCommandLine(words);
  if (line.isHelp) {
    std::cout << gui::helpText().toStdString();
    return 0;
  }
  if (line.isVersion) {
    std::cout << "actscope-gui " << build_facts().version << "\n";
    return 0;
  }
  const bool isExport = !line.exported.isEmpty();
  // Exports need no display; the platform with a display needs one.
  if (isExport && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
  }
  // Qt remarks on sessions and fonts that an export needs nothing of.
  if (isExport) QLoggingCategory::setFilterRules("default.warning=false");
  requireDisplay();
  QApplication program(argc, argv);
  QApplication::setApplicationName("actscope-gui");
  QApplication::setOrganizationName("actscope");
  QApplication::setApplicationVersion(QString::fromStdString(build_facts().version));
  if (isExport && line.theme == gui::Theme::system) line.theme = gui::Theme::light;
  gui::applyTheme(line.theme);
  if (isExport) {
    gui::exportHeadless(line);
    return 0;
  }
  gui::MainWindow window(line);
  window.show();
  return QApplication::exec();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "actscope-gui: " << error.what() << "\n";
    return static_cast<int>(exit_code_of(error));
  }
}
