// SPDX-License-Identifier: Apache-2.0

#include "actscope/base/console.hpp"
#include "actscope/reports/compare/comparison.hpp"
#include "command.hpp"
#include "output.hpp"
#include "report_files.hpp"

namespace actscope::app {
namespace {

struct CompareCommand {
  std::string a, b;
  bool json = false, quiet = false;
};

ExitCode compare(const CompareCommand& command) {
  const std::vector<reports::NamedRun> runs = read_runs({command.a, command.b});
  if (!command.quiet) {
    for (const reports::NamedRun& run : runs) {
      if (run.record.status == RunStatus::completed) continue;
      tell(run.name + " is not a complete run: " + run.record.status_reason);
    }
  }
  const reports::Comparison comparison =
      reports::compare_runs(runs[0].record, runs[0].name, runs[1].record, runs[1].name);
  if (command.json) {
    write_output(reports::write_comparison_document(comparison));
  } else {
    write_output(reports::comparison_text(comparison));
  }
  return ExitCode::done;
}

}  // namespace

void add_compare(CLI::App& program, Action& action) {
  CLI::App* app = add_command(program, "compare", "shows two runs side by side, metric by metric",
                              "actscope compare runs/dense runs/int4");
  auto command = std::make_shared<CompareCommand>();
  app->add_option("A", command->a, "run folder or report file; ratios are against it")->required();
  app->add_option("B", command->b, "run folder or report file")->required();
  app->add_flag("--json", command->json, "print the actscope.compare document");
  app->add_flag("--quiet", command->quiet, "no remarks on stderr");
  app->callback([&action, command] { action = [command] { return compare(*command); }; });
}

}  // namespace actscope::app
