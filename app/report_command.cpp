// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "actscope/base/file.hpp"
#include "actscope/reports/rendering.hpp"
#include "command.hpp"
#include "report_files.hpp"

namespace actscope::app {

void add_report(CLI::App& program, Action& action) {
  struct ReportCommand {
    std::vector<std::string> files;
    std::string format = "text", output, introduction;
    bool quiet = false;
  };
  CLI::App* app = add_command(program, "report", "renders runs as text, Markdown, HTML or CSV",
                              "actscope report runs/* --format html --output runs/index.html");
  auto command = std::make_shared<ReportCommand>();
  app->add_option("F", command->files,
                  "run folders or report files; the first dense one is the reference")
      ->required();
  app->add_option("--format", command->format, "text, md, html or csv")->capture_default_str();
  app->add_option("--output", command->output, "file to write instead of stdout");
  app->add_option("--introduction", command->introduction, "a sentence above everything");
  app->add_flag("--quiet", command->quiet, "say nothing but errors");
  app->callback([&action, command] {
    action = [command] {
      const reports::Format format = reports::parse_format(command->format);
      std::vector<reports::NamedRun> runs;
      for (const std::string& file : command->files) runs.push_back(read_run(file));
      const std::string text = reports::render_runs(runs, format, command->introduction);
      if (command->output.empty()) {
        std::cout << text;
      } else {
        write_file_atomically(command->output, text);
        if (!command->quiet) std::cerr << "wrote " << command->output << "\n";
      }
      return ExitCode::done;
    };
  });
}

}  // namespace actscope::app
