// SPDX-License-Identifier: Apache-2.0

#include "actscope/base/console.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "command.hpp"
#include "gate/gate_inputs.hpp"
#include "gate/gate_outputs.hpp"
#include "output.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

struct GateCommand {
  std::string baseline, candidate;
  GateOutputs outputs;
  bool record = false;
};

// Refuses to overwrite an input: the next gate would judge the result of this one.
void require_other_file(const std::string& output, const GateCommand& command) {
  std::error_code code;
  for (const std::string& input : {command.baseline, command.candidate, command.outputs.policy}) {
    if (input.empty() || !fs::equivalent(output, stored_report_path(input), code)) continue;
    throw ConfigError(error_text(output + " is an input of the gate", {}, "write to another file"));
  }
}

// A candidate that did not complete is never recorded.
ExitCode record(const GateCommand& command, const StoredReport& candidate,
                const fs::path& baseline) {
  // The folder of a first baseline, such as ci/, may not exist yet.
  std::error_code code;
  if (baseline.has_parent_path()) fs::create_directories(baseline.parent_path(), code);
  if (code) {
    throw EnvironmentError(error_text("cannot make the folder of " + baseline.string(),
                                      code.message(), "give another --baseline"));
  }
  write_file_atomically(baseline, stable_document(candidate));
  if (!command.outputs.quiet) {
    tell("recorded " + candidate.file.string() + " as " + baseline.string());
  }
  return ExitCode::done;
}

ExitCode gate(const GateCommand& command) {
  for (const auto file : {&GateOutputs::output, &GateOutputs::markdown, &GateOutputs::junit}) {
    const std::string& output = command.outputs.*file;
    if (!output.empty()) require_other_file(output, command);
  }
  const reports::GatePolicy policy = policy_of(command.outputs);
  std::error_code error;
  fs::path baseline_file = stored_report_path(command.baseline);
  const bool is_first = command.record && !fs::exists(baseline_file, error);
  const StoredReport candidate = read_stored_report(command.candidate);
  if (!baseline_file.has_filename()) {  // ci/, which is not there yet
    baseline_file /=
        std::holds_alternative<SweepRecord>(candidate.record) ? "sweep.json" : "report.json";
  }
  const StoredReport baseline = is_first ? candidate : read_stored_report(command.baseline);
  const reports::GateResult result = judge(baseline, candidate, policy);
  give_result(command.outputs, result);
  const ExitCode code = code_of_result(command.outputs, result);
  if (command.record && code != ExitCode::run_failed) {
    return record(command, candidate, baseline_file);
  }
  if (code != ExitCode::done) {
    tell_end(explanation_of(result, code));
  }
  return code;
}

}  // namespace

void add_gate(CLI::App& program, Action& action) {
  CLI::App* app = add_command(program, "gate", "judges a stored run or sweep against another",
                              "actscope gate --baseline runs/main --candidate runs/change");
  app->footer(
      "\nExit codes: 0 passes, 1 regressed, 2 usage, 3 a report is missing or broken, or the\n"
      "baseline did not complete, 4 another environment (--strict-env) or not writable,\n"
      "5 inconclusive (--strict), 6 the candidate failed or was interrupted.\n" +
      app->get_footer());
  auto command = std::make_shared<GateCommand>();
  const std::string input = "run or sweep: folder or report file";
  app->add_option("--baseline", command->baseline, input)->option_text("PATH REQUIRED");
  app->add_option("--candidate", command->candidate, input)->option_text("PATH REQUIRED");
  add_gate_outputs(*app, command->outputs);
  app->add_flag("--record", command->record, "make the candidate the baseline and exit 0");
  add_gate_run(*app, action);
  add_gate_noise(*app, action);
  app->require_subcommand(0, 1);
  app->callback([&action, command, app] {
    if (!app->get_subcommands().empty()) return;
    if (command->baseline.empty()) throw CLI::RequiredError("--baseline");
    if (command->candidate.empty()) throw CLI::RequiredError("--candidate");
    action = [command] { return gate(*command); };
  });
}

}  // namespace actscope::app
