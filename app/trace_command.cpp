// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "actscope/base/console.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/folder_manifest.hpp"
#include "actscope/base/output_target.hpp"
#include "actscope/reports/trace/export.hpp"
#include "command.hpp"

namespace actscope::app {
namespace fs = std::filesystem;
namespace {

struct ExportCommand {
  std::string trace, format = "perfetto", output;
  bool force = false, quiet = false;
};

ExitCode export_trace(const ExportCommand& command) {
  const reports::TraceFormat format = reports::parse_trace_format(command.format);
  std::error_code code;
  fs::path database = command.trace;
  if (fs::is_directory(database, code)) database /= "trace.db";
  const fs::path output = command.output.empty()
                              ? database.parent_path() / reports::file_name_of(format)
                              : fs::path(command.output);
  // A pipe or a device is no file that would be lost.
  if (!command.force && fs::exists(output, code) && output_target(output).is_replaced) {
    throw EnvironmentError(error_text(output.string() + " is kept", "it exists already",
                                      "give --force, or --output FILE"));
  }
  if (fs::equivalent(output, database, code)) {
    throw ConfigError(error_text("--output " + output.string() + " is the trace itself", {},
                                 "name another file"));
  }
  write_file_atomically(output, reports::export_trace(database, format));
  if (command.output.empty()) note_in_manifest(output);
  if (!command.quiet) tell("wrote " + output.string());
  return ExitCode::done;
}

void add_export(CLI::App& trace, Action& action) {
  CLI::App* app = add_command(trace, "export", "writes a trace.db in the format of another viewer",
                              "actscope trace export runs/a --format chrome");
  auto command = std::make_shared<ExportCommand>();
  app->add_option("TRACE", command->trace, "folder of a run, or a trace.db")->required();
  app->add_option("--format", command->format,
                  "perfetto: trace.pftrace; chrome: trace.json.gz;\nmemory: memory.pickle for "
                  "PyTorch's memory viewer,\nof a run on CUDA [perfetto]")
      ->option_text("NAME");
  app->add_option("--output", command->output, "file to write [beside trace.db]")
      ->option_text("FILE");
  app->add_flag("--force", command->force, "replace the file where it exists");
  app->add_flag("--quiet", command->quiet, "nothing on stderr but errors");
  app->callback([&action, command] { action = [command] { return export_trace(*command); }; });
}

}  // namespace

void add_trace(CLI::App& program, Action& action) {
  CLI::App* app = add_command(program, "trace", "turns traces into other formats",
                              "actscope trace export --help");
  app->require_subcommand(1);
  add_export(*app, action);
}

}  // namespace actscope::app
