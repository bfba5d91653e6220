// SPDX-License-Identifier: Apache-2.0

#include "actscope/base/console.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/bench_kernels/rendering.hpp"
#include "actscope/reports/bench_tracer/document.hpp"
#include "actscope/reports/bench_tracer/rendering.hpp"
#include "actscope/reports/format/output_format.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/report.hpp"
#include "actscope/reports/history/document.hpp"
#include "actscope/reports/history/rendering.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/run/rendering.hpp"
#include "actscope/reports/sweep/rendering.hpp"
#include "command.hpp"
#include "output.hpp"
#include "report_files.hpp"
#include "sweep/sweep_result.hpp"

namespace actscope::app {
namespace {

struct ReportCommand {
  std::vector<std::string> files;
  std::string format = "text", output, introduction;
  bool no_volatile = false, quiet = false;
};

std::string rewritten(const ReportCommand& command) {
  if (command.files.size() != 1) {
    throw ConfigError(error_text("--format json rewrites one document",
                                 "got " + std::to_string(command.files.size()), "name one run"));
  }
  const std::string& file = command.files.front();
  const std::string kind = command.no_volatile ? std::string() : kind_of_document(file);
  if (kind == "actscope.kernels") return reports::write_kernels_document(read_kernels(file));
  if (kind == "actscope.tracer") return reports::write_tracer_document(read_tracer(file));
  if (kind == "actscope.gate") return reports::write_gate_document(read_verdict(file));
  if (kind == "actscope.history") return reports::write_history_document(read_history(file));
  const auto volatile_fields =
      command.no_volatile ? reports::VolatileFields::drop : reports::VolatileFields::keep;
  return reports::write_run_document(read_run(file).record, volatile_fields);
}

std::string rendered(const ReportCommand& command) {
  if (command.format == "json") return rewritten(command);
  if (command.no_volatile) {
    throw ConfigError(error_text("--no-volatile goes with --format json only", {},
                                 "leave it out, or rewrite one document"));
  }
  const reports::Format format = reports::parse_format(command.format);
  if (command.files.size() == 1) {
    const std::string& file = command.files.front();
    const std::string& said = command.introduction;
    if (is_sweep(file)) return reports::render_sweep(read_sweep(file), format, said);
    const std::string kind = kind_of_document(file);
    if (kind == "actscope.kernels") {
      return reports::render_kernels(read_kernels(file), format, said);
    }
    if (kind == "actscope.tracer") return reports::render_tracer(read_tracer(file), format, said);
    if (kind == "actscope.gate") return reports::render_gate(read_verdict(file), format, said);
    if (kind == "actscope.history") {
      return reports::render_history(read_history(file), format, said);
    }
  }
  return reports::render_runs(read_runs(command.files), format, command.introduction);
}

ExitCode report(const ReportCommand& command) {
  write_result(rendered(command), command.output, command.quiet);
  return ExitCode::done;
}

}  // namespace

void add_report(CLI::App& program, Action& action) {
  CLI::App* app =
      add_command(program, "report", "renders runs side by side as text, Markdown, HTML or CSV",
                  "actscope report runs/dense runs/int4 --format html --output runs/index.html");
  auto command = std::make_shared<ReportCommand>();
  app->add_option("RUN", command->files,
                  "run folders or report files; the first dense one\nis the reference; or one "
                  "folder of a sweep, or one document of\nbench, gate or history")
      ->required()
      ->option_text("...");
  app->add_option("--format", command->format,
                  "text, md, html, csv, or json: the document of\none run, written anew [text]")
      ->option_text("NAME");
  app->add_option("--output", command->output, "file to write [stdout]")->option_text("FILE");
  app->add_option("--introduction", command->introduction, "a sentence above everything")
      ->option_text("TEXT");
  app->add_flag("--no-volatile", command->no_volatile,
                "json: leave out times, host and process id");
  app->add_flag("--quiet", command->quiet, "nothing on stderr but errors");
  app->callback([&action, command] { action = [command] { return report(*command); }; });
}

}  // namespace actscope::app
