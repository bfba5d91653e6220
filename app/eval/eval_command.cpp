// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "actscope/base/error.hpp"
#include "actscope/base/progress.hpp"
#include "actscope/core/training/evaluation.hpp"
#include "actscope/reports/evaluation/document.hpp"
#include "command.hpp"
#include "engine.hpp"
#include "eval/predictions_file.hpp"
#include "options/run_options.hpp"
#include "output.hpp"
#include "output_files.hpp"
#include "process/stop_signal.hpp"

namespace actscope::app {
namespace {

struct EvalCommand {
  RunOptions options;
  std::string predictions;
  bool json = false, quiet = false;
};

ExitCode evaluate(const EvalCommand& command) {
  if (command.options.reads_once()) (void)engine();
  const RunConfig config = command.options.resolve();
  const Engine& engine = app::engine();
  const auto progress =
      make_stderr_progress(command.quiet ? ProgressMode::quiet : ProgressMode::automatic);
  std::optional<PredictionsFile> file;
  core::EvaluationHooks hooks;
  hooks.progress = progress.get();
  hooks.stop_requested = is_stop_requested;
  if (!command.predictions.empty()) {
    check_target(command.predictions, "--predictions " + command.predictions);
    hooks.on_prediction = [&](const core::Prediction& prediction) {
      if (!file) file.emplace(command.predictions);
      file->add(prediction);
    };
  }
  catch_stop_signals();
  const EvaluationRecord record = engine.evaluate(config, hooks);
  if (record.is_interrupted) {
    tell_end(error_text("the evaluation was stopped",
                        "after " + std::to_string(record.samples) + " images", "start it again"));
    return ExitCode::interrupted;
  }
  if (file) file->commit();
  if (command.json) {
    write_output(reports::write_evaluation_document(record));
  } else if (!command.quiet) {
    write_output(reports::evaluation_text(record));
  }
  if (record.accuracy_ratio.value) return ExitCode::done;
  const std::string first =
      record.first_non_finite ? ", first of image " + std::to_string(*record.first_non_finite) : "";
  tell_end(
      error_text("there is no accuracy", record.accuracy_ratio.reason + first, "check --weights"));
  return ExitCode::run_failed;
}

}  // namespace

void add_eval(CLI::App& program, Action& action) {
  CLI::App* app =
      add_command(program, "eval", "held-out accuracy of a weights file",
                  "actscope eval --weights w.safetensors --data fashion-mnist --predictions p.csv");
  auto command = std::make_shared<EvalCommand>();
  command->options.add_to(*app, core::in_eval);
  app->add_option("--predictions", command->predictions,
                  "CSV to write: index,label,predicted,logit_0,…, a row an image")
      ->option_text("FILE")
      ->group("Recording");
  app->add_flag("--json", command->json, "print the result as JSON");
  app->add_flag("--quiet", command->quiet, "no progress and no result");
  app->callback([&action, command] { action = [command] { return evaluate(*command); }; });
}

}  // namespace actscope::app
