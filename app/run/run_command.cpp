// SPDX-License-Identifier: Apache-2.0

#include "actscope/base/build_facts.hpp"
#include "actscope/base/console.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/progress.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/core/training/training.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/trace/activity_stream.hpp"
#include "actscope/reports/trace/files.hpp"
#include "actscope/tracer/recorder.hpp"
#include "command.hpp"
#include "engine.hpp"
#include "lease_waiting.hpp"
#include "output.hpp"
#include "process/stop_signal.hpp"
#include "run/run_folder.hpp"
#include "run/run_request.hpp"
#include "run/run_summary.hpp"

namespace actscope::app {
namespace {

struct RunCommand {
  RunOptions options;
  CLI::Option* resume = nullptr;
  std::string resume_folder, activity;
  bool force = false, quiet = false, json = false, no_volatile = false;

  bool is_resumed() const { return resume->count() > 0; }
  ExistingFolder existing() const {
    if (is_resumed()) return ExistingFolder::keep;
    return force ? ExistingFolder::start_over : ExistingFolder::refuse_unless_empty;
  }
  std::string document(const RunRecord& record) const {
    return reports::write_run_document(
        record, no_volatile ? reports::VolatileFields::drop : reports::VolatileFields::keep);
  }
};

// A complete run whose peak exceeds the budget of its plan is a negative result.
ExitCode within_budget(const RunRecord& record) {
  const std::int64_t peak = record.summary.peak_bytes.value.value_or(0);
  const std::int64_t budget = record.config.budget_bytes.value_or(peak);
  if (peak <= budget) return ExitCode::done;
  tell_end(
      error_text("the run exceeded its plan's budget",
                 "the peak was " + std::to_string(peak) + " bytes of " + std::to_string(budget),
                 "plan again on this machine"));
  return ExitCode::negative_result;
}

ExitCode print_result(const RunCommand& command, const RunRecord& record) {
  if (command.json) {
    write_output(command.document(record));
  } else if (!command.quiet) {
    write_output(run_summary(record));
  }
  if (record.status == RunStatus::completed) return within_budget(record);
  const bool is_failed = record.status == RunStatus::failed;
  const std::string remedy = is_failed || record.config.out.empty()
                                 ? ""
                                 : "continue with actscope run --resume " + record.config.out;
  tell_end(error_text(is_failed ? "the run failed" : "the run was stopped", record.status_reason,
                      remedy));
  return is_failed ? ExitCode::run_failed : ExitCode::interrupted;
}

// What a trace says of its run.
reports::TraceMeta meta_of(const RunConfig& config) {
  return {{"program_version", build_facts().version},
          {"git_revision", build_facts().git_revision},
          {"model", config.model},
          {"scheme", config.scheme},
          {"device", config.device},
          {"batch", std::to_string(config.batch)},
          {"seed", std::to_string(config.seed)},
          {"trace", config.trace},
          {"clock", tracer::describe_clock()}};
}

// Trains, and leaves a report whatever happens once the folder is made.
ExitCode train(const RunCommand& command, const RunRequest& request, RunFolder& folder) {
  const RunConfig& config = request.config;
  const auto progress =
      make_stderr_progress(command.quiet ? ProgressMode::quiet : ProgressMode::automatic);
  core::TrainingHooks hooks;
  hooks.progress = progress.get();
  hooks.stop_requested = [&] {
    folder.require_held();
    return is_stop_requested();
  };
  hooks.before_start = [&] {
    // Until its end a new run has a report that says so; a resumed one has its earlier report.
    if (request.earlier) return folder.start();
    folder.start(command.document(unmeasured_record(
        config, RunStatus::interrupted, "the run has not ended: it goes on, or was killed")));
  };
  const std::unique_ptr<TraceSink> trace_files =
      config.out.empty() ? nullptr : reports::make_trace_files(config.out, meta_of(config));
  hooks.trace_sink = trace_files.get();
  const std::unique_ptr<ActivitySink> activity =
      command.activity.empty() ? nullptr : reports::make_activity_file(command.activity);
  hooks.activity_sink = activity.get();
  catch_stop_signals();
  try {
    const RunRecord record =
        command.is_resumed() ? engine().resume(config, hooks) : engine().train(config, hooks);
    folder.write_report(command.document(record));
    if (record.status == RunStatus::completed && config.checkpoint_every == 0) {
      folder.remove_checkpoint();
    }
    return print_result(command, record);
  } catch (const std::exception& error) {
    if (folder.is_started() && !request.earlier) {
      try {
        folder.write_report(command.document(
            unmeasured_record(config, RunStatus::failed, first_line(error.what()))));
      } catch (const std::exception&) {  // the first error is the one to tell
      }
    }
    throw;
  }
}

// Everything that can be refused is refused before the folder is made.
ExitCode run(const RunCommand& command) {
  if (command.is_resumed() && command.force) {
    throw ConfigError(error_text("--force and --resume exclude each other", {},
                                 "give --force to start over, --resume to continue"));
  }
  if (command.options.reads_once()) (void)engine();  // the engine reads it
  const RunRequest request = command.is_resumed()
                                 ? resumed_request(command.options, command.resume_folder)
                                 : RunRequest{command.options.resolve(), std::nullopt};
  core::validate_run_config(request.config);
  if (request.is_complete()) {
    if (!command.quiet) tell("already complete: " + request.config.out);
    return print_result(command, *request.earlier);
  }
  (void)engine();
  RunFolder folder(request.config.out, command.existing(), request.config.trace,
                   waiting(command.quiet, "another run", request.config.out));
  folder.check();
  check_weights_target(request.config);
  check_activity_target(request.config, command.activity);
  return train(command, request, folder);
}

}  // namespace

void add_run(CLI::App& program, Action& action) {
  CLI::App* app = add_command(
      program, "run", "trains and records one configuration",
      "actscope run --data fashion-mnist --scheme int4-bsr --block 8 --sparsity 0.8 --out runs/a");
  auto command = std::make_shared<RunCommand>();
  command->options.add_to(*app, core::in_run);
  command->options.add_plan();
  CLI::Option* force =
      app->add_flag("--force", command->force, "start over in a folder that is not empty");
  command->resume =
      app->add_option("--resume", command->resume_folder,
                      "continue the stopped run in DIR, or in --out; options left\nout are those "
                      "of its report")
          ->expected(0, 1)
          ->option_text("[DIR]");
  CLI::Option* no_volatile =
      app->add_flag("--no-volatile", command->no_volatile,
                    "leave out times, host and process id: identical\nwork, identical bytes");
  CLI::Option* activity =
      app->add_option(
             "--activity", command->activity,
             "what CUPTI tells, record by record, for replay without a\nGPU; with --device "
             "cuda and --trace cupti or audit")
          ->option_text("FILE");
  for (CLI::Option* option : {force, command->resume, no_volatile, activity})
    option->group("Recording");
  app->add_flag("--json", command->json, "print the report document");
  app->add_flag("--quiet", command->quiet, "no progress and no summary");
  app->callback([&action, command] { action = [command] { return run(*command); }; });
}

}  // namespace actscope::app
