// SPDX-License-Identifier: Apache-2.0

#include "actscope/core/training/run_setup.hpp"
#include "actscope/reports/footprint/document.hpp"
#include "command.hpp"
#include "options/run_options.hpp"
#include "output.hpp"

namespace actscope::app {

void add_footprint(CLI::App& program, Action& action) {
  struct FootprintCommand {
    RunOptions options;
    bool json = false, quiet = false;
  };
  CLI::App* app =
      add_command(program, "footprint", "predicts what is kept for backward; allocates nothing",
                  "actscope footprint --model resmlp_s12 --scheme int4 --batch 64");
  auto command = std::make_shared<FootprintCommand>();
  command->options.add_to(*app, core::in_footprint);
  app->add_flag("--json", command->json, "print the document");
  app->add_flag("--quiet", command->quiet, "print nothing but errors");
  app->callback([&action, command] {
    action = [command] {
      const FootprintRecord record = core::footprint_of(command->options.resolve());
      if (command->json) {
        write_output(reports::write_footprint_document(record));
      } else if (!command->quiet) {
        write_output(reports::footprint_text(record));
      }
      return ExitCode::done;
    };
  });
}

}  // namespace actscope::app
