// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/gate/noise.hpp"
#include "command.hpp"
#include "gate/measured_folder.hpp"
#include "output.hpp"

namespace actscope::app {
namespace {

struct GateNoiseCommand {
  std::string command, output;
  MeasuredOptions options;
  std::int64_t planned_rounds = 40;
  bool json = false, quiet = false;
};

ExitCode gate_noise(const GateNoiseCommand& command) {
  const MeasuredOptions& options = command.options;
  if (options.resume.empty() && command.command.empty()) {
    throw ConfigError(error_text("gate noise needs a command", {}, "give --cmd, or --resume DIR"));
  }
  MeasuredFolder folder(options, command.command, command.command,
                        command.quiet ? ProgressMode::quiet : ProgressMode::automatic);
  const reports::GateMeasurement& measurement = folder.measurement();
  const MeasuringEnd end = folder.measure(options, "gate noise", [&] {
    const auto there = static_cast<std::int64_t>(measurement.rounds.size());
    return reports::TimingStep{0, std::max<std::int64_t>(0, options.rounds - there)};
  });
  if (end == MeasuringEnd::stopped) return ExitCode::interrupted;
  reports::TimingPlan plan;
  plan.rounds = command.planned_rounds;
  plan.band_ratio = options.band_percent / 100;
  const auto noise_of_rounds = [&] {
    try {
      return reports::noise_of(measurement, plan, static_cast<std::uint64_t>(measurement.seed));
    } catch (const RunError& error) {
      throw RunError(error_text(error.what(), {}, folder.how_to_go_on("gate noise")));
    }
  };
  const reports::NoiseRecord noise = noise_of_rounds();
  if (!command.output.empty()) {
    write_file_atomically(command.output, reports::write_noise_document(noise));
  }
  write_output(command.json ? reports::write_noise_document(noise) : reports::noise_text(noise));
  folder.drop_if_temporary();
  return ExitCode::done;
}

}  // namespace

void add_gate_noise(CLI::App& gate, Action& action) {
  CLI::App* app = add_command(gate, "noise",
                              "measures a command against itself: what this machine can tell apart",
                              "actscope gate noise --cmd ./train --output noise.json");
  auto command = std::make_shared<GateNoiseCommand>();
  app->add_option("--cmd", command->command, "what to measure, as for gate run")
      ->option_text("COMMAND");
  app->add_option("--planned-rounds", command->planned_rounds,
                  "of the gate that is asked about, 20 to 2000 [40]")
      ->check(CLI::Range(reports::least_rounds, reports::most_rounds))
      ->option_text("N");
  add_measured_options(*app, command->options);
  app->add_flag("--json", command->json, "print the actscope.noise document");
  app->add_option("--output", command->output, "file for the actscope.noise document")
      ->option_text("FILE");
  app->add_flag("--quiet", command->quiet, "no progress on stderr");
  app->callback([&action, command] { action = [command] { return gate_noise(*command); }; });
}

}  // namespace actscope::app
