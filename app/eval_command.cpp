// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "actscope/base/error.hpp"
#include "actscope/base/progress.hpp"
#include "actscope/base/units.hpp"
#include "actscope/core/evaluation.hpp"
#include "command.hpp"
#include "predictions_file.hpp"
#include "run_options.hpp"
#include "stop_signal.hpp"

namespace actscope::app {
namespace {

struct EvalCommand {
  RunOptions options;
  std::string predictions;
  bool json = false, quiet = false;
};

nlohmann::json number_or_null(const Measured<double>& measured) {
  return measured.value ? nlohmann::json(*measured.value) : nlohmann::json();
}

std::string as_json(const RunConfig& config, const core::EvaluationRecord& record) {
  const nlohmann::json document{
      {"model", config.model},
      {"data", config.data},
      {"weights", config.weights},
      {"samples", record.samples},
      {"correct", record.correct},
      {"heldout_accuracy_ratio", number_or_null(record.accuracy_ratio)},
      {"heldout_loss", number_or_null(record.loss)},
      {"skipped", record.skipped},
  };
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string as_text(const core::EvaluationRecord& record) {
  if (!record.accuracy_ratio.value) {
    return "held-out accuracy   n/a (" + record.accuracy_ratio.reason + ")\n";
  }
  const auto hundredths = std::llround(*record.accuracy_ratio.value * 10'000);
  const std::string cents = std::to_string(100 + hundredths % 100).substr(1);
  std::string text = "held-out accuracy   " + std::to_string(hundredths / 100) + "." + cents +
                     " % of " + format_count(record.samples) + " images\nheld-out loss       " +
                     nlohmann::json(std::round(*record.loss.value * 1e4) / 1e4).dump() + "\n";
  if (!record.skipped.empty()) {
    text += "skipped             " +
            format_count(static_cast<std::int64_t>(record.skipped.size())) +
            " images that cannot be read\n";
  }
  return text;
}

ExitCode evaluate(const EvalCommand& command) {
  const RunConfig config = command.options.resolve();
  const auto progress =
      make_stderr_progress(command.quiet ? ProgressMode::quiet : ProgressMode::automatic);
  std::optional<PredictionsFile> file;
  core::EvaluationHooks hooks;
  hooks.progress = progress.get();
  hooks.stop_requested = is_stop_requested;
  if (!command.predictions.empty()) {
    hooks.on_prediction = [&](const core::Prediction& prediction) {
      if (!file) file.emplace(command.predictions);
      file->add(prediction);
    };
  }
  catch_stop_signals();
  const core::EvaluationRecord record = core::evaluate(config, hooks);
  if (record.is_interrupted) {
    std::cerr << "actscope: "
              << error_text("the evaluation was stopped",
                            "after " + std::to_string(record.samples) + " images", "start it again")
              << "\n";
    return ExitCode::interrupted;
  }
  if (file) file->commit();
  if (command.json) {
    std::cout << as_json(config, record);
  } else if (!command.quiet) {
    std::cout << as_text(record);
  }
  if (record.accuracy_ratio.value) return ExitCode::done;
  std::cout.flush();
  const std::string first =
      record.first_non_finite ? ", first of image " + std::to_string(*record.first_non_finite) : "";
  std::cerr << "actscope: "
            << error_text("there is no accuracy", record.accuracy_ratio.reason + first,
                          "check --weights")
            << "\n";
  return ExitCode::run_failed;
}

}  // namespace

void add_eval(CLI::App& program, Action& action) {
  CLI::App* app =
      add_command(program, "eval", "held-out accuracy of a weights file",
                  "actscope eval --weights w.safetensors --data fashion-mnist --predictions p.csv");
  auto command = std::make_shared<EvalCommand>();
  command->options.add_to(*app, RunOptions::Scope::evaluation);
  app->add_option("--predictions", command->predictions,
                  "CSV to write: index,label,predicted,logit_0,…, a row an image")
      ->option_text("FILE")
      ->group("Recording");
  app->add_flag("--json", command->json, "print the result as JSON");
  app->add_flag("--quiet", command->quiet, "no progress and no result");
  app->callback([&action, command] { action = [command] { return evaluate(*command); }; });
}

}  // namespace actscope::app
