// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QLoggingCategory>
#include <csignal>
#include <iostream>
#include <string>

#include "actscope/base/build_facts.hpp"
#include "actscope/base/console.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/exit_code.hpp"
#include "app/command_line.hpp"
#include "app/headless.hpp"
#include "app/main_window.hpp"
#include "app/timeline_bench.hpp"

namespace {

using namespace actscope;

// Without a display Qt would end the program with a core dump.
void requireDisplay() {
#ifdef Q_OS_LINUX
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
    if (!qEnvironmentVariableIsEmpty(name)) return;
  }
  throw EnvironmentError(error_text("no display", "DISPLAY and WAYLAND_DISPLAY are not set",
                                    "use --export VIEW -o FILE, or xvfb-run actscope-gui"));
#endif
}

int print(const std::string& text) {
  std::cout << text << std::flush;
  if (std::cout) return 0;
  throw EnvironmentError(
      error_text("cannot write to stdout", "the device is full or closed", "send it elsewhere"));
}

int run(int argc, char** argv) {
  QStringList words;
  for (int i = 1; i < argc; ++i) words << QString::fromLocal8Bit(argv[i]);
  gui::CommandLine line = gui::readCommandLine(words);
  if (line.isHelp) {
    return print(gui::helpText().toStdString());
  }
  if (line.isVersion) {
    return print("actscope-gui " + build_facts().version + "\n");
  }
  const bool isExport = !line.exported.isEmpty() || line.isBench;
  // Exports need no display; the platform with a display needs one.
  if (isExport && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
  }
  // Hides Qt's warnings about sessions and fonts, which mean nothing for an export.
  if (isExport) QLoggingCategory::setFilterRules("default.warning=false");
  requireDisplay();
  QApplication program(argc, argv);
  QApplication::setApplicationName("actscope-gui");
  QGuiApplication::setDesktopFileName("org.actscope.Actscope");  // gui/desktop
  QApplication::setOrganizationName("actscope");
  QApplication::setApplicationVersion(QString::fromStdString(build_facts().version));
  if (isExport && line.theme == gui::Theme::system) line.theme = gui::Theme::light;
  gui::applyTheme(line.theme);
  if (line.isBench) return print(gui::timelineBench(line.places));
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
  // What cannot be written is an error of the write, and nothing is written into files by mistake.
  std::signal(SIGPIPE, SIG_IGN);
  hold_standard_files();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    tell(std::string("actscope-gui: ") + error.what());
    return static_cast<int>(exit_code_of(error));
  }
}
