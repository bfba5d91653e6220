// SPDX-License-Identifier: Apache-2.0

#include "actscope/base/console.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/rendering.hpp"
#include "command.hpp"
#include "gate/gate_inputs.hpp"
#include "output.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

struct GateCommand {
  std::string baseline, candidate, policy, markdown, junit, output;
  bool json = false, github = false, strict = false, strict_env = false, record = false,
       quiet = false;
};

// Refuses to overwrite an input: the next gate would judge the result of this one.
void require_other_file(const std::string& output, const GateCommand& command) {
  std::error_code code;
  for (const std::string& input : {command.baseline, command.candidate, command.policy}) {
    if (input.empty() || !fs::equivalent(output, stored_report_path(input), code)) continue;
    throw ConfigError(error_text(output + " is an input of the gate", {}, "write to another file"));
  }
}

void write_files(const GateCommand& command, const reports::GateResult& result) {
  if (!command.output.empty()) {
    write_file_atomically(command.output, reports::write_gate_document(result));
  }
  if (!command.markdown.empty()) {
    write_file_atomically(command.markdown, reports::gate_markdown(result));
  }
  if (!command.junit.empty()) write_file_atomically(command.junit, reports::gate_junit(result));
}

void print(const GateCommand& command, const reports::GateResult& result) {
  write_output(command.json ? reports::write_gate_document(result) : reports::gate_text(result));
  if (command.github) write_output(reports::gate_annotations(result));
}

ExitCode code_of(const GateCommand& command, const reports::GateResult& result) {
  using reports::GateVerdict;
  if (result.verdict == GateVerdict::failed) return ExitCode::run_failed;
  if (command.strict_env && !result.environment_differences.empty()) return ExitCode::environment;
  if (result.verdict == GateVerdict::regressed) return ExitCode::negative_result;
  if (command.strict && result.verdict == GateVerdict::inconclusive) return ExitCode::inconclusive;
  return ExitCode::done;
}

std::string explanation(const reports::GateResult& result, ExitCode code) {
  if (code != ExitCode::environment) return error_text(reports::gate_sentence(result));
  const std::size_t count = result.environment_differences.size();
  return error_text("the two reports come from different environments",
                    result.environment_differences.front() +
                        (count > 1 ? "; and " + std::to_string(count - 1) + " more" : ""),
                    "record a baseline here, or leave out --strict-env");
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
  if (!command.quiet) {
    tell("recorded " + candidate.file.string() + " as " + baseline.string());
  }
  return ExitCode::done;
}

ExitCode gate(const GateCommand& command) {
  for (const std::string& output : {command.output, command.markdown, command.junit}) {
    if (!output.empty()) require_other_file(output, command);
  }
  reports::GatePolicy policy;
  if (!command.policy.empty()) {
    policy = reports::read_policy_document(read_file(command.policy), command.policy);
  }
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
  write_files(command, result);
  print(command, result);
  const ExitCode code = code_of(command, result);
  if (command.record && code != ExitCode::run_failed) {
    return record(command, candidate, baseline_file);
  }
  if (code != ExitCode::done) {
    tell_end(explanation(result, code));
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
  app->add_option("--baseline", command->baseline, input)->required()->option_text("PATH");
  app->add_option("--candidate", command->candidate, input)->required()->option_text("PATH");
  app->add_option("--policy", command->policy, "an actscope.policy document: margins, waivers")
      ->option_text("FILE");
  CLI::Option* json = app->add_flag("--json", command->json, "print the actscope.gate document");
  app->add_option("--output", command->output, "file for the actscope.gate document")
      ->option_text("FILE");
  app->add_option("--markdown", command->markdown, "file for a summary, the ten worst first")
      ->option_text("FILE");
  app->add_option("--junit", command->junit, "file for JUnit XML, a test case a metric")
      ->option_text("FILE");
  app->add_flag("--github", command->github, "also print annotations for GitHub Actions")
      ->excludes(json);
  app->add_flag("--strict", command->strict, "exit 5 where the verdict is inconclusive");
  app->add_flag("--strict-env", command->strict_env, "exit 4 where build or machine differ");
  app->add_flag("--record", command->record, "make the candidate the baseline and exit 0");
  app->add_flag("--quiet", command->quiet, "no remarks on stderr");
  app->callback([&action, command] { action = [command] { return gate(*command); }; });
}

}  // namespace actscope::app
