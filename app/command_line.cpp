// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <new>
#include <sstream>

#include "actscope/base/build_facts.hpp"
#include "actscope/base/error.hpp"
#include "command.hpp"
#include "options/nearest_name.hpp"
#include "output.hpp"

namespace actscope::app {
namespace {

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string version_text() {
  const BuildFacts& facts = build_facts();
  return "actscope " + facts.version + " (git " + facts.git_revision + "; " +
         joined(facts.features) +
         (facts.libtorch_version.empty() ? "" : "; LibTorch " + facts.libtorch_version) + ")";
}

// "actscope bench kernels"; the program itself is not told apart by its parent.
std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? "actscope" : full_name(*parent) + " " + command.get_name();
}

// For the first word that the parser could make nothing of.
std::string unknown_word(const CLI::App& command, bool is_program, std::string word) {
  const bool is_option = word.starts_with("-");
  if (is_option) word = word.substr(0, word.find('='));
  const std::vector<std::string> known =
      is_option || !is_program ? option_names(command) : subcommand_names(command);
  const std::string nearest = nearest_name(word, known);
  const std::string name = full_name(command);
  const std::string help = "see " + name + " --help";
  if (!is_option && !is_program) {
    return error_text("unexpected argument '" + word + "' of " + name, {}, help);
  }
  const std::string what =
      is_option ? "unknown option " + word + " of " + name : "unknown command '" + word + "'";
  if (!nearest.empty()) return error_text(what, {}, "did you mean " + nearest + "? " + help);
  return error_text(what, "there are " + joined(known), help);
}

// One line for what the parser refused.
std::string usage_error(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App* command = &program;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  const bool is_program = command == &program;
  const std::vector<std::string> unknown = program.remaining(true);
  if (!unknown.empty()) return unknown_word(*command, is_program, unknown.front());
  if (is_program) {
    return error_text("no command given", "there are " + joined(subcommand_names(program)),
                      "see actscope --help");
  }
  const std::string remedy = "see " + full_name(*command) + " --help";
  const std::string text = first_line(error.what());
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && text.starts_with("--")) {
    return error_text(text.substr(0, text.find(':')) + " needs a value", {}, remedy);
  }
  return error_text(text, {}, remedy);
}

int fail(const std::string& text, ExitCode code) {
  tell_end(text);
  return static_cast<int>(code);
}

// Where the result could not be written, the command fails with that. A command that failed or was
// interrupted keeps its own exit code, which says more.
int flushed(int code) {
  if (flush_output()) return code;
  const bool has_result = code != static_cast<int>(ExitCode::run_failed) &&
                          code != static_cast<int>(ExitCode::interrupted);
  const int told = fail(error_text("cannot write the result to stdout",
                                   "the device is full or closed", "send it elsewhere"),
                        ExitCode::environment);
  return has_result ? told : code;
}

void add_commands(CLI::App& program, Action& action) {
  program.set_version_flag("--version", version_text(), "version, git revision, features");
  program.require_subcommand(1);
  program.get_formatter()->column_width(28);
  program.footer(
      "\nactscope COMMAND --help tells the options of one.\n"
      "Exit codes: 0 done, 1 negative result, 2 usage, 3 invalid input, 4 environment,\n"
      "5 inconclusive, 6 run failed, 130 interrupted.\n"
      "Example: actscope doctor");
  add_run(program, action);
  add_eval(program, action);
  add_sweep(program, action);
  add_footprint(program, action);
  add_plan(program, action);
  add_compare(program, action);
  add_gate(program, action);
  add_history(program, action);
  add_report(program, action);
  add_validate(program, action);
  add_bench(program, action);
  add_trace(program, action);
  add_doctor(program, action);
}

}  // namespace

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App* command = program.add_subcommand(name, description);
  command->footer("\nExample: " + example);
  return command;
}

int run_program(int argc, const char* const* argv) {
  CLI::App program("Shows, shrinks and guards the activation memory of a training run.",
                   "actscope");
  Action action;
  add_commands(program, action);
  try {
    program.parse(argc, argv);
    return flushed(static_cast<int>(action()));
  } catch (const CLI::Success& success) {
    std::ostringstream text;
    const int code = program.exit(success, text, text);
    write_output(text.str());
    return flushed(code);
  } catch (const CLI::ParseError& error) {
    return fail(usage_error(program, error), ExitCode::usage);
  } catch (const Error& error) {
    return fail(error_text(error.what()), exit_code_of(error));
  } catch (const std::bad_alloc&) {
    return fail(error_text("out of memory", "the system gave no more",
                           "take a smaller model, batch or number of samples"),
                ExitCode::run_failed);
  } catch (const std::exception& error) {
    return fail(error_text(first_line(error.what())), exit_code_of(error));
  }
}

}  // namespace actscope::app
