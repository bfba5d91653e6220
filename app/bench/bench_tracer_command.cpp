// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/bench/tracer_suite.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/reports/bench_tracer/document.hpp"
#include "actscope/reports/bench_tracer/rendering.hpp"
#include "command.hpp"
#include "engine.hpp"
#include "options/value_text.hpp"
#include "output.hpp"
#include "output_files.hpp"
#include "process/stop_signal.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

struct TracerCommand {
  bench::TracerPlan plan;
  std::string out;
  bool json = false, quiet = false;
};

ExitCode measure_tracer(const TracerCommand& command) {
  const Engine& engine = app::engine();
  const bench::TracerPlan plan = engine.resolved_tracer(command.plan);
  const fs::path file = document_file(command.out, "tracer.json");
  std::error_code code;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), code);
  if (!file.empty()) check_target(file, "--out " + file.string());
  const auto progress = command.quiet ? make_quiet_progress() : make_stderr_progress();
  catch_stop_signals();
  const TracerBenchRecord record = engine.run_tracer_suite(plan, core::describe_environment(),
                                                           {is_stop_requested, progress.get()});
  if (!file.empty()) write_file_atomically(file, reports::write_tracer_document(record));
  if (record.status == RunStatus::interrupted) {
    tell_end(error_text("interrupted", record.status_reason,
                        file.empty() ? "with --out, finished rounds are kept"
                                     : "the rounds that ended are in " + file.string()));
    return ExitCode::interrupted;
  }
  if (command.json) {
    write_output(reports::write_tracer_document(record));
  } else {
    write_output(reports::render_tracer(record, reports::Format::text));
  }
  return ExitCode::done;
}

void add_program(CLI::App& app, RunConfig& config) {
  app.add_option("--model", config.model, "resmlp, resmlp_s12, … [resmlp]")->option_text("NAME");
  const auto number = [&](const char* name, auto& value, const char* help) {
    app.add_option_function<std::string>(
           name, [&value, name](const std::string& text) { value = parse_integer(name, text); },
           help)
        ->option_text("N");
  };
  number("--dim", config.dim, "channels, of model resmlp [64]");
  number("--depth", config.depth, "blocks [4]");
  number("--patch", config.patch, "side of a patch in px [4]");
  number("--image-size", config.image_size, "side of the images in px [28]");
  app.add_option("--scheme", config.scheme, "how activations are stored [dense]")
      ->option_text("NAME");
  number("--batch", config.batch, "images a step [128]");
  number("--threads", config.threads, "0: as many as LibTorch chooses [0]");
  number("--seed", config.seed, "of weights, images and the order of a round [0]");
  app.add_option("--device", config.device, "cpu, cuda [cpu]")->option_text("NAME");
}

void add_rounds(CLI::App& app, bench::TracerPlan& plan) {
  const auto number = [&](const char* name, std::int64_t& value, const char* help) {
    app.add_option_function<std::string>(
           name, [&value, name](const std::string& text) { value = parse_integer(name, text); },
           help)
        ->option_text("N");
  };
  number("--steps", plan.steps, "timed together, 1 to 14 [6]");
  number("--rounds", plan.rounds, "interleaved rounds, at least 6 [11]");
}

}  // namespace

void add_bench_tracer(CLI::App& bench, Action& action) {
  CLI::App* app =
      add_command(bench, "tracer", "what each trace level costs, and LibTorch's profiler",
                  "actscope bench tracer --dim 128 --batch 64 --out tracer.json");
  auto command = std::make_shared<TracerCommand>();
  add_program(*app, command->plan.config);
  add_rounds(*app, command->plan);
  app->add_option("--out", command->out, "folder, or file that ends in .json, for the\ndocument")
      ->option_text("PATH");
  app->add_flag("--json", command->json, "print the actscope.tracer document");
  app->add_flag("--quiet", command->quiet, "no progress on stderr");
  app->callback([&action, command] { action = [command] { return measure_tracer(*command); }; });
}

}  // namespace actscope::app
