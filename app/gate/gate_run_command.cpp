// SPDX-License-Identifier: Apache-2.0

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/gate/judge_measurement.hpp"
#include "command.hpp"
#include "gate/gate_outputs.hpp"
#include "gate/measured_folder.hpp"
#include "output.hpp"

namespace actscope::app {
namespace {

struct GateRunCommand {
  std::string baseline_command, candidate_command, noise_file;
  MeasuredOptions options;
  GateOutputs outputs;
};

std::optional<reports::NoiseRecord> noise_of_file(const std::string& file) {
  if (file.empty()) return std::nullopt;
  return reports::read_noise_document(read_file(file), file);
}

ExitCode gate_run(const GateRunCommand& command) {
  const MeasuredOptions& options = command.options;
  if (options.resume.empty() &&
      (command.baseline_command.empty() || command.candidate_command.empty())) {
    throw ConfigError(error_text("gate run needs two commands", {},
                                 "give --baseline-cmd and --candidate-cmd, or --resume DIR"));
  }
  const reports::GatePolicy policy = policy_of(command.outputs);
  const std::optional<reports::NoiseRecord> noise = noise_of_file(command.noise_file);
  reports::TimingPlan plan;
  plan.rounds = options.rounds;
  plan.band_ratio = options.band_percent / 100;
  MeasuredFolder folder(options, command.baseline_command, command.candidate_command,
                        command.outputs.quiet ? ProgressMode::quiet : ProgressMode::automatic);
  const reports::GateMeasurement& measurement = folder.measurement();
  const auto bands = noise ? bands_of(*noise) : std::map<std::string, double>();
  const MeasuringEnd end = folder.measure(
      options, "gate run", [&] { return reports::next_rounds(measurement, plan, policy, bands); });
  if (end == MeasuringEnd::stopped) return ExitCode::interrupted;
  const reports::GateResult result = reports::judge_measurement(
      measurement, plan, noise, {"baseline", "candidate"}, policy, today_in_utc());
  give_result(command.outputs, result);
  folder.drop_if_temporary();
  const ExitCode code = code_of_result(command.outputs, result);
  if (code != ExitCode::done) tell_end(explanation_of(result, code));
  return code;
}

}  // namespace

void add_gate_run(CLI::App& gate, Action& action) {
  CLI::App* app = add_command(
      gate, "run", "measures two commands, launch by launch in drawn order, and judges them",
      "actscope gate run --baseline-cmd ./old --candidate-cmd ./new --noise noise.json\n"
      "         actscope gate run --baseline-cmd 'cd ../base && python train.py' "
      "--candidate-cmd \\\n           'python train.py' --process-only");
  app->footer(
      "\nA command is a line for /bin/sh. It leaves report.json (actscope.run) in $ACTSCOPE_OUT "
      "or\n"
      "{out}, or prints one JSON object of numbers as the last line of its output.\n"
      "Exit codes: as actscope gate; 6 where a command fails, hangs or reports nothing (finished\n"
      "rounds are kept: --resume), 130 interrupted.\n" +
      app->get_footer());
  auto command = std::make_shared<GateRunCommand>();
  app->add_option("--baseline-cmd", command->baseline_command, "what to compare with")
      ->option_text("COMMAND");
  app->add_option("--candidate-cmd", command->candidate_command, "what to judge")
      ->option_text("COMMAND");
  app->add_option("--noise", command->noise_file,
                  "an actscope.noise document: this machine's bands")
      ->option_text("FILE");
  add_measured_options(*app, command->options);
  add_gate_outputs(*app, command->outputs);
  app->callback([&action, command] { action = [command] { return gate_run(*command); }; });
}

}  // namespace actscope::app
