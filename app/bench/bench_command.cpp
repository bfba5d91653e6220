// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/output_target.hpp"
#include "actscope/bench/kernels_suite.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/bench_kernels/rendering.hpp"
#include "command.hpp"
#include "engine.hpp"
#include "options/value_text.hpp"
#include "output.hpp"
#include "output_files.hpp"
#include "process/stop_signal.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

struct KernelsCommand {
  KernelsSettings settings;
  std::string out, html;
  bool json = false, quiet = false;
};

// The record in the file, to go on with; a new one where there is none.
KernelsBenchRecord begun(const fs::path& file, const KernelsSettings& settings) {
  KernelsBenchRecord record;
  record.settings = settings;
  record.environment = core::describe_environment();
  std::error_code code;
  if (file.empty() || !fs::is_regular_file(file, code)) {
    if (!file.empty() && file.has_parent_path()) fs::create_directories(file.parent_path(), code);
    return record;
  }
  KernelsBenchRecord before = reports::read_kernels_document(read_file(file), file.string());
  const std::string difference = engine().difference_to(before, settings, record.environment);
  if (!difference.empty()) {
    throw ConfigError(error_text(file.string() + " holds another measurement", difference,
                                 "write to another file, or remove it"));
  }
  return before;
}

ExitCode measure_kernels(const KernelsCommand& command) {
  const Engine& engine = app::engine();
  const KernelsSettings settings = engine.resolved_kernels(command.settings);
  const fs::path file = document_file(command.out, "kernels.json");
  KernelsBenchRecord record = begun(file, settings);
  for (const std::string& output : {file.string(), command.html}) {
    if (!output.empty()) check_target(output, output);
  }
  // A pipe or a device gets the document once, at the end.
  const bool is_kept = !file.empty() && output_target(file).is_replaced;
  const auto progress = command.quiet ? make_quiet_progress() : make_stderr_progress();
  catch_stop_signals();
  record = engine.run_kernels_suite(
      std::move(record), {is_stop_requested,
                          [&](const KernelsBenchRecord& so_far) {
                            if (!is_kept) return;
                            write_file_atomically(file, reports::write_kernels_document(so_far));
                          },
                          progress.get()});
  if (!file.empty() && !is_kept) {
    write_file_atomically(file, reports::write_kernels_document(record));
  }
  if (!command.html.empty()) {
    write_file_atomically(command.html, reports::render_kernels(record, reports::Format::html));
  }
  if (record.status == RunStatus::interrupted) {
    tell_end(error_text(
        "interrupted", record.status_reason,
        file.empty() ? "with --out, finished points are kept" : "the same command goes on"));
    return ExitCode::interrupted;
  }
  if (command.json) {
    write_output(reports::write_kernels_document(record));
  } else {
    write_output(reports::render_kernels(record, reports::Format::text));
  }
  return ExitCode::done;
}

// An option that takes values with commas between; `read` makes one of them.
template <class Value, class Read>
void add_list(CLI::App& app, const char* name, const char* form, const char* help,
              std::vector<Value>& values, const Read& read) {
  app.add_option_function<std::string>(
         name,
         [&values, name, read](const std::string& text) {
           values.clear();
           for (const std::string& part : parse_list(name, text)) {
             values.push_back(read(name, part));
           }
         },
         help)
      ->option_text(form);
}

void add_lists(CLI::App& app, KernelsSettings& s) {
  const auto name = [](const char*, const std::string& text) { return text; };
  add_list(app, "--backend", "A,B", "cpu, cuda, reference [cpu]", s.backends, name);
  add_list(app, "--dtype", "A,B", "fp32, tf32 (cuda), bf16, fp16 [fp32]", s.dtypes, name);
  add_list(app, "--threads", "N,M", "threads of everybody, 0: one a core [0]", s.threads,
           [](const char* option, const std::string& text) { return parse_integer(option, text); });
  add_list(app, "--shapes", "A,B", "fc1, fc2, token-mix [all]", s.shapes, name);
  add_list(app, "--blocks", "N,RxC", "block sizes, as 4,8,16,8x64 [8,16,32]", s.blocks,
           [](const char* option, const std::string& text) {
             const auto [rows, cols] = parse_block(option, text);
             return KernelBlock{rows, cols};
           });
  add_list(app, "--sparsities", "X,Y", "shares of blocks dropped [0.5,0.75,0.9]", s.sparsities,
           [](const char* option, const std::string& text) { return parse_real(option, text); });
  app.add_option("--select", s.select,
                 "among which blocks ours chooses: panel, row,\ncolumn, global [panel]")
      ->option_text("NAME");
}

void add_numbers(CLI::App& app, KernelsSettings& settings) {
  const auto number = [&](const char* name, std::int64_t& value, const char* help) {
    app.add_option_function<std::string>(
           name, [&value, name](const std::string& text) { value = parse_integer(name, text); },
           help)
        ->option_text("N");
  };
  number("--tokens", settings.tokens, "rows of the input, 16 images of 196 by default [3136]");
  number("--rounds", settings.rounds, "timed rounds, at least 6 [15]");
  number("--seed", settings.seed, "of the model, the gradient and the order [0]");
  number("--train-steps", settings.train_steps,
         "steps that train the model whose activations\nare compressed [20]");
}

void add_kernels(CLI::App& bench, Action& action) {
  CLI::App* app = add_command(
      bench, "kernels", "our block-sparse gradients against every other library at hand",
      "actscope bench kernels --blocks 8,16 --sparsities 0.5,0.9 --out kernels.json\n"
      "         actscope bench kernels --dtype fp32,bf16 --threads 1,2 --html kernels.html");
  auto command = std::make_shared<KernelsCommand>();
  add_lists(*app, command->settings);
  add_numbers(*app, command->settings);
  app->add_option("--out", command->out,
                  "folder, or file that ends in .json, for the\ndocument; the same command goes on "
                  "where it stopped")
      ->option_text("PATH");
  app->add_option("--html", command->html, "file for a page with heat maps")->option_text("FILE");
  app->add_flag("--json", command->json, "print the actscope.kernels document");
  app->add_flag("--quiet", command->quiet, "no progress on stderr");
  app->callback([&action, command] { action = [command] { return measure_kernels(*command); }; });
}

}  // namespace

void add_bench(CLI::App& program, Action& action) {
  CLI::App* app = add_command(program, "bench", "measures what the program is made of",
                              "actscope bench kernels --help");
  app->require_subcommand(1);
  add_kernels(*app, action);
  add_bench_tracer(*app, action);
}

}  // namespace actscope::app
