// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "actscope/reports/comparison.hpp"
#include "command.hpp"
#include "report_files.hpp"

namespace actscope::app {

void add_compare(CLI::App& program, Action& action) {
  struct CompareCommand {
    std::string a, b;
    bool json = false, quiet = false;
  };
  CLI::App* app = add_command(program, "compare", "shows two runs side by side, metric by metric",
                              "actscope compare runs/dense runs/int4");
  auto command = std::make_shared<CompareCommand>();
  app->add_option("A", command->a, "run folder or report file")->required();
  app->add_option("B", command->b, "run folder or report file")->required();
  app->add_flag("--json", command->json, "print the document");
  app->add_flag("--quiet", command->quiet, "print nothing but errors");
  app->callback([&action, command] {
    action = [command] {
      const reports::NamedRun a = read_run(command->a);
      const reports::NamedRun b = read_run(command->b);
      const reports::Comparison comparison =
          reports::compare_runs(a.record, command->a, b.record, command->b);
      if (command->json) {
        std::cout << reports::write_comparison_document(comparison);
      } else if (!command->quiet) {
        std::cout << reports::comparison_text(comparison);
      }
      return ExitCode::done;
    };
  });
}

}  // namespace actscope::app
