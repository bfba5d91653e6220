// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QMainWindow>
#include <iostream>

#include "actscope/base/build_facts.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/exit_code.hpp"
#include "actscope/base/file.hpp"
#include "views/runs_view.hpp"

namespace {

using actscope::ExitCode;

int refuse(const std::string& text, ExitCode code) {
  std::cerr << "actscope-gui: " << text << "\n";
  return static_cast<int>(code);
}

// Writes the runs as CSV or as a picture of the view, without a display.
int exportRuns(const QStringList& places, const QString& file) {
  actscope::gui::RunsView view(places);
  if (file.endsWith(".csv")) {
    actscope::write_file_atomically(file.toStdString(), view.model().csv().toStdString());
    return 0;
  }
  if (!file.endsWith(".png")) {
    return refuse(actscope::error_text("unknown picture format", file.toStdString(),
                                       "end the name in .png or .csv"),
                  ExitCode::usage);
  }
  view.resize(1100, 520);
  if (!view.grab().save(file, "PNG")) {
    return refuse(actscope::error_text("cannot write " + file.toStdString()),
                  ExitCode::environment);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    // Exports need no display; without one nothing else would start.
    const bool isExport = std::string_view(argv[i]) == "--export";
    if (isExport && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
      qputenv("QT_QPA_PLATFORM", "offscreen");
  }
  QApplication program(argc, argv);
  QApplication::setApplicationName("actscope-gui");
  QApplication::setApplicationVersion(QString::fromStdString(actscope::build_facts().version));
  QCommandLineParser parser;
  parser.setApplicationDescription(
      "Shows the runs found in folders.\nExample: actscope-gui demo/runs");
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument("DIR|FILE", "folders with runs, or report files", "[DIR|FILE…]");
  const QCommandLineOption exported("export", "write a view instead of opening a window: runs",
                                    "VIEW");
  const QCommandLineOption output("o", "file of the export, .png or .csv", "FILE");
  parser.addOptions({exported, output});
  if (!parser.parse(QApplication::arguments())) {
    return refuse(parser.errorText().toStdString(), ExitCode::usage);
  }
  if (parser.isSet("help")) parser.showHelp();
  if (parser.isSet("version")) parser.showVersion();
  QStringList places = parser.positionalArguments();
  if (places.isEmpty()) places << ".";
  for (const QString& place : places) {
    if (!QFileInfo::exists(place)) {
      return refuse(actscope::error_text("no such folder or file", place.toStdString()),
                    ExitCode::invalid_input);
    }
  }
  try {
    if (parser.isSet(exported)) {
      if (parser.value(exported) != "runs" || !parser.isSet(output)) {
        return refuse("--export takes runs and needs -o FILE", ExitCode::usage);
      }
      return exportRuns(places, parser.value(output));
    }
  } catch (const std::exception& error) {
    return refuse(error.what(), actscope::exit_code_of(error));
  }
  QMainWindow window;
  window.setWindowTitle("Actscope");
  window.setCentralWidget(new actscope::gui::RunsView(places));
  window.resize(1100, 640);
  window.show();
  return QApplication::exec();
}
