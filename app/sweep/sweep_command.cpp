// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <thread>

#include "actscope/base/build_facts.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/units.hpp"
#include "actscope/base/usable_cores.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/reports/config/document.hpp"
#include "actscope/reports/sweep/document.hpp"
#include "command.hpp"
#include "engine.hpp"
#include "lease_waiting.hpp"
#include "output.hpp"
#include "process/own_program.hpp"
#include "process/stop_signal.hpp"
#include "run/run_folder.hpp"
#include "sweep/scheduler.hpp"
#include "sweep/sweep_estimate.hpp"
#include "sweep/sweep_options.hpp"
#include "sweep/sweep_result.hpp"
#include "sweep/sweep_status_command.hpp"

namespace actscope::app {
namespace {

struct SweepCommand {
  SweepOptions options;
  CLI::Option* resume = nullptr;
  std::string resume_folder, introduction;
  sweep::SchedulerOptions scheduler;
  bool dry_run = false, force = false, quiet = false, json = false;

  bool is_resumed() const { return resume->count() > 0; }
};

// The folder, made or found; its specification is the one to follow.
sweep::SweepFolder opened_folder(const SweepCommand& command) {
  const std::string out = command.options.out();
  const std::string place = command.resume_folder.empty() ? out : command.resume_folder;
  if (place.empty()) {
    throw ConfigError(error_text("a sweep needs a folder", {}, "give --out DIR, or --resume DIR"));
  }
  if (command.is_resumed() && command.force) {
    throw ConfigError(error_text("--force and --resume exclude each other", {},
                                 "give --force to start over, --resume to continue"));
  }
  sweep::SweepFolder folder{std::filesystem::path(place)};
  if (command.is_resumed() && folder.has_spec()) {
    if (command.options.is_empty()) return folder;
    if (reports::write_sweep_spec(command.options.resolve()) ==
        reports::write_sweep_spec(folder.read_spec())) {
      return folder;
    }
    throw ConfigError(error_text("cannot resume " + place, "its sweep was of other options",
                                 "leave the options out, name another folder, or --force"));
  }
  if (command.is_resumed() && command.options.is_empty()) (void)folder.read_spec();  // raises
  const SweepSpec spec = command.options.resolve();
  (void)expanded(spec);  // raises errors before anything is made
  folder.create(spec,
                command.force ? ExistingFolder::start_over : ExistingFolder::refuse_unless_empty,
                waiting(command.quiet, "another sweep", place));
  return folder;
}

ExitCode dry_run(const SweepCommand& command) {
  (void)engine();  // times a few steps
  const std::string place =
      command.resume_folder.empty() ? command.options.out() : command.resume_folder;
  const sweep::SweepFolder folder{std::filesystem::path(place)};
  SweepRecord record;
  if (!place.empty() && command.options.is_empty()) {
    record = read_sweep_folder(folder);
  } else {
    record.points = expanded(command.options.resolve());
    for (SweepPointRecord& point : record.points) {
      if (!place.empty()) folder.refresh(point);
    }
  }
  record.environment = core::describe_environment();
  if (command.json) {
    write_output(reports::write_sweep_document(record));
    return ExitCode::done;
  }
  write_output(planned_points(record.points) + "\n" + count_text(record) + "\n");
  const double seconds = estimated_seconds(record.points, command.scheduler.workers);
  write_output("About " + format_duration(seconds) +
               " of training, were every step as fast as a dense one here.\n");
  return ExitCode::done;
}

// Cores are shared out between the workers where a point does not say how many it wants.
std::int64_t threads_of_a_worker(std::int64_t workers) {
  const std::int64_t cores = usable_cores().count;
  return workers > 1 ? std::max<std::int64_t>(1, cores / workers) : 0;
}

void print_result(const SweepCommand& command, const sweep::SweepFolder& folder,
                  const SweepRecord& record) {
  if (command.json) {
    write_output(reports::write_sweep_document(record));
  } else if (!command.quiet) {
    write_output(reports::render_sweep(read_sweep(folder.path()), reports::Format::text,
                                       command.introduction) +
                 "\nreport  " + folder.page().string() + "\n");
  }
}

ExitCode sweep_points(const SweepCommand& command) {
  if (command.dry_run) return dry_run(command);
  require_engine();
  const sweep::SweepFolder folder = opened_folder(command);
  SweepRecord record = read_sweep_folder(folder);
  sweep::SchedulerOptions options = command.scheduler;
  options.program = own_program();
  options.program_version = build_facts().version + " (" + build_facts().git_revision + ")";
  options.worker_threads = threads_of_a_worker(options.workers);
  const auto progress =
      make_stderr_progress(command.quiet ? ProgressMode::quiet : ProgressMode::automatic);
  catch_stop_signals();
  const bool is_whole =
      sweep::Scheduler(folder, record, options, *progress, is_stop_requested).run();
  write_file_atomically(folder.page(),
                        reports::render_sweep(read_sweep(folder.path()), reports::Format::html,
                                              command.introduction));
  print_result(command, folder, record);
  if (!is_whole) {
    tell_end(error_text("the sweep was stopped", count_text(record),
                        "continue with actscope sweep --resume " + folder.path().string()));
    return ExitCode::interrupted;
  }
  return exit_code_of_points(record);
}

void add_options(CLI::App& app, SweepCommand& command) {
  command.options.add_to(app);
  const auto in_group = [](CLI::Option* option) { return option->group("Sweep"); };
  sweep::SchedulerOptions& s = command.scheduler;
  in_group(app.add_option("--workers", s.workers, "points at once, from 1 [1]"))
      ->check(CLI::Range(1, 1024))
      ->option_text("N");
  in_group(app.add_option("--time-limit", s.time_limit_s, "of one point in seconds; 0: none [0]"))
      ->check(CLI::NonNegativeNumber)
      ->option_text("SECONDS");
  in_group(app.add_option("--retries", s.retries, "of a point that was killed from outside [2]"))
      ->check(CLI::Range(0, 1000))
      ->option_text("N");
  in_group(app.add_flag("--retry-failed", s.retries_failed, "run points again that failed before"));
  in_group(app.add_flag("--fail-fast", s.fails_fast, "start no more points once one failed"));
  in_group(app.add_flag("--dry-run", command.dry_run, "print points and estimated time, run none"));
  in_group(app.add_flag("--force", command.force, "start over in a folder that is not empty"));
  command.resume = in_group(app.add_option("--resume", command.resume_folder,
                                           "go on with the sweep in DIR, or in --out"))
                       ->expected(0, 1)
                       ->option_text("[DIR]");
  in_group(app.add_option("--introduction", command.introduction, "a sentence above the report"))
      ->option_text("TEXT");
  app.add_flag("--json", command.json, "print the actscope.sweep document");
  app.add_flag("--quiet", command.quiet, "no progress and no summary");
}

}  // namespace

void add_sweep(CLI::App& program, Action& action) {
  CLI::App* app = add_command(program, "sweep", "trains many configurations, each in its process",
                              "actscope sweep --schemes int4-bsr --blocks 8,16 "
                              "--sparsities 0.5,0.8 --seeds 0,1 --out sw");
  auto command = std::make_shared<SweepCommand>();
  add_options(*app, *command);
  add_sweep_status(*app, action);
  app->require_subcommand(0, 1);
  app->callback([&action, command, app] {
    if (app->get_subcommands().empty()) action = [command] { return sweep_points(*command); };
  });
}

}  // namespace actscope::app
