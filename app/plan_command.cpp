// SPDX-License-Identifier: Apache-2.0

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/progress.hpp"
#include "actscope/core/planner/planner.hpp"
#include "actscope/reports/plan/document.hpp"
#include "actscope/reports/plan/rendering.hpp"
#include "command.hpp"
#include "engine.hpp"
#include "options/run_options.hpp"
#include "options/value_text.hpp"
#include "output.hpp"
#include "output_files.hpp"
#include "process/stop_signal.hpp"

namespace actscope::app {
namespace {

struct PlanCommand {
  RunOptions options;
  core::PlanRequest request;
  std::string out;
  bool json = false, quiet = false;
};

ExitCode make_and_tell(PlanCommand& command) {
  if (command.options.reads_once()) (void)engine();
  command.request.config = command.options.resolve();
  const Engine& engine = app::engine();
  // Checked before minutes of measuring.
  if (!command.out.empty()) check_target(command.out, "--out " + command.out);
  const auto progress = command.quiet ? make_quiet_progress() : make_stderr_progress();
  catch_stop_signals();
  const auto record =
      engine.make_plan(command.request, {progress.get(), [] { return is_stop_requested(); }});
  if (!record) {
    tell_end(error_text("interrupted", "no plan was made", "the same command starts again"));
    return ExitCode::interrupted;
  }
  const std::string document = reports::write_plan_document(*record);
  const bool fits = !record->layers.empty();
  if (fits && !command.out.empty()) write_file_atomically(command.out, document);
  write_output(command.json ? document : reports::plan_text(*record));
  return fits ? ExitCode::done : ExitCode::negative_result;
}

void add_numbers(CLI::App& app, PlanCommand& command) {
  core::PlanRequest& request = command.request;
  const auto size = [&request](const std::string& text) {
    request.budget_bytes = parse_size("--budget", text);
  };
  app.add_option_function<std::string>("--budget", size,
                                       "for the peak of a training step; units as 8GiB")
      ->option_text("SIZE")
      ->required();
  const auto bound = [&request](const std::string& text) {
    request.max_gradient_error_ratio = parse_real("--max-gradient-error", text);
  };
  app.add_option_function<std::string>("--max-gradient-error", bound,
                                       "relative error of a block's weight gradients that is\n"
                                       "taken at most, 0: exact ways only [any]")
      ->option_text("RATIO");
  const auto weight = [&request](const std::string& text) {
    request.error_weight = parse_real("--error-weight", text);
  };
  app.add_option_function<std::string>("--error-weight", weight,
                                       "share of a block's time that losing all of its gradient\n"
                                       "counts more [0.25]")
      ->option_text("RATIO");
  const auto rounds = [&request](const std::string& text) {
    request.rounds = parse_integer("--rounds", text);
  };
  app.add_option_function<std::string>("--rounds", rounds, "timed rounds of calibration [3]")
      ->option_text("N");
  app.add_flag_function(
      "--no-trial", [&request](std::int64_t) { request.trials = 0; },
      "do not train three steps to measure the peak");
}

}  // namespace

void add_plan(CLI::App& program, Action& action) {
  CLI::App* app =
      add_command(program, "plan", "chooses a store for every slot and block under a budget",
                  "actscope plan --model resmlp_s12 --data synthetic --batch 64 --budget 1GiB "
                  "--out plan.json\n         actscope run --plan plan.json --out runs/a");
  auto command = std::make_shared<PlanCommand>();
  command->options.add_to(*app, core::in_plan);
  add_numbers(*app, *command);
  app->add_option("--out", command->out, "file for the actscope.plan document")
      ->option_text("FILE");
  app->add_flag("--json", command->json, "print the document");
  app->add_flag("--quiet", command->quiet, "no progress on stderr");
  app->callback([&action, command] { action = [command] { return make_and_tell(*command); }; });
}

}  // namespace actscope::app
