// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <filesystem>
#include <iostream>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/progress.hpp"
#include "actscope/base/units.hpp"
#include "actscope/core/training.hpp"
#include "actscope/reports/run_document.hpp"
#include "command.hpp"
#include "run_options.hpp"

namespace actscope::app {
namespace {

volatile std::sig_atomic_t stop_signals = 0;

// The first signal asks the run to stop after its step, a second one ends the process.
void on_stop_signal(int number) {
  stop_signals = stop_signals + 1;
  std::signal(number, SIG_DFL);
}

struct RunCommand {
  RunOptions options;
  bool force = false, resume = false, quiet = false, json = false, no_volatile = false;
};

std::string percent(const Measured<double>& ratio) {
  if (!ratio.value) return "n/a (" + ratio.reason + ")";
  std::string text = std::to_string(100 * *ratio.value);
  return text.substr(0, text.find('.') + 2) + " %";
}

std::string shown(const Measured<std::int64_t>& bytes) {
  return bytes.value ? format_bytes(*bytes.value) : "n/a (" + bytes.reason + ")";
}

void print_summary(const RunRecord& record) {
  const RunSummary& s = record.summary;
  std::cout << "kept for backward   " << shown(s.saved_bytes);
  if (s.saved_bytes.value) {
    std::cout << ", "
              << format_factor(static_cast<double>(s.dense_saved_bytes),
                               static_cast<double>(*s.saved_bytes.value))
              << " fewer than the " << format_bytes(s.dense_saved_bytes) << " of plain autograd";
    std::cout << (*s.saved_bytes.value == s.predicted_saved_bytes
                      ? ", as predicted to the byte"
                      : "; predicted " + format_bytes(s.predicted_saved_bytes));
  }
  std::cout << "\nhighest live bytes  " << shown(s.peak_bytes) << "\ntime of a step      "
            << (s.step_time_s.value ? format_duration(*s.step_time_s.value) : "n/a")
            << "\nheld-out accuracy   " << percent(s.heldout_accuracy_ratio) << " after " << s.steps
            << " steps\n";
  for (const std::string& warning : record.warnings) std::cout << "warning: " << warning << "\n";
  if (!record.config.out.empty()) {
    std::cout << "report              " << record.config.out << "/report.json\n";
  }
}

// Everything that can be refused is refused before the folder is made.
void prepare(const RunCommand& command, const RunConfig& config) {
  core::validate_run_config(config);
  if (!config.weights.empty()) (void)read_file(config.weights, std::int64_t{1} << 36);
  if (config.out.empty()) {
    if (command.resume) {
      throw ConfigError(error_text("--resume needs a folder", {}, "give --out DIR of the run"));
    }
    return;
  }
  namespace fs = std::filesystem;
  std::error_code code;
  const bool is_used = fs::exists(config.out, code) &&
                       (!fs::is_directory(config.out, code) || !fs::is_empty(config.out, code));
  if (is_used && !command.force && !command.resume) {
    prepare_output_folder(config.out, ExistingFolder::refuse_unless_empty);  // raises
  }
}

ExitCode finish(const RunCommand& command, const RunRecord& record) {
  const auto volatile_fields =
      command.no_volatile ? reports::VolatileFields::drop : reports::VolatileFields::keep;
  const std::string document = reports::write_run_document(record, volatile_fields);
  if (!record.config.out.empty()) {
    write_file_atomically(std::filesystem::path(record.config.out) / "report.json", document);
  }
  if (command.json) {
    std::cout << document;
  } else if (!command.quiet) {
    print_summary(record);
  }
  if (record.status == RunStatus::completed) return ExitCode::done;
  std::cerr << "actscope: run " << (record.status == RunStatus::failed ? "failed" : "stopped")
            << " [" << record.status_reason << "]"
            << (record.status == RunStatus::interrupted && !record.config.out.empty()
                    ? "; continue with --resume"
                    : "")
            << "\n";
  return record.status == RunStatus::failed ? ExitCode::run_failed : ExitCode::interrupted;
}

ExitCode run(const RunCommand& command) {
  const RunConfig config = command.options.resolve();
  prepare(command, config);
  const auto progress =
      make_stderr_progress(command.quiet ? ProgressMode::quiet : ProgressMode::automatic);
  core::TrainingHooks hooks;
  hooks.progress = progress.get();
  hooks.stop_requested = [] { return stop_signals > 0; };
  // Called when data and weights are read and the first step is about to run.
  hooks.before_start = [&] {
    if (config.out.empty()) return;
    prepare_output_folder(config.out, command.resume  ? ExistingFolder::keep
                                      : command.force ? ExistingFolder::start_over
                                                      : ExistingFolder::refuse_unless_empty);
  };
  std::signal(SIGINT, on_stop_signal);
  std::signal(SIGTERM, on_stop_signal);
  return finish(command, command.resume ? core::resume(config, hooks) : core::train(config, hooks));
}

}  // namespace

void add_run(CLI::App& program, Action& action) {
  CLI::App* app = add_command(
      program, "run", "trains and records one configuration",
      "actscope run --data fashion-mnist --scheme int4-bsr --block 8 --sparsity 0.8 --out runs/a");
  auto command = std::make_shared<RunCommand>();
  command->options.add_to(*app, RunOptions::Scope::training);
  app->add_flag("--force", command->force, "start over in a folder that is not empty")
      ->group("Recording");
  app->add_flag("--resume", command->resume, "continue the stopped run in --out")
      ->group("Recording");
  app->add_flag("--no-volatile", command->no_volatile,
                "leave out times, host and process id: identical work, identical bytes")
      ->group("Recording");
  app->add_flag("--quiet", command->quiet, "no progress and no summary");
  app->add_flag("--json", command->json, "print the report document");
  app->callback([&action, command] { action = [command] { return run(*command); }; });
}

}  // namespace actscope::app
