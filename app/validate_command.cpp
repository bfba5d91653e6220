// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/document.hpp"
#include "command.hpp"

namespace actscope::app {

void add_validate(CLI::App& program, Action& action) {
  struct ValidateCommand {
    std::vector<std::string> files;
    bool quiet = false;
  };
  CLI::App* app = add_command(program, "validate", "checks documents: exit 1 where one is invalid",
                              "actscope validate runs/a/report.json");
  auto command = std::make_shared<ValidateCommand>();
  app->add_option("F", command->files, "files")->required();
  app->add_flag("--quiet", command->quiet, "print only what is invalid");
  app->callback([&action, command] {
    action = [command] {
      ExitCode result = ExitCode::done;
      for (const std::string& file : command->files) {
        const std::string text = read_file(file);
        try {
          const reports::DocumentSchema schema = reports::validate_document(text, file);
          if (!command->quiet) {
            std::cout << file << ": valid " << schema.name << " " << schema.version << "\n";
          }
        } catch (const ReportFormatError& error) {
          std::cout << file << ": invalid: " << error.what() << "\n";
          result = ExitCode::negative_result;
        }
      }
      return result;
    };
  });
}

}  // namespace actscope::app
