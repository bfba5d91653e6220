// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "actscope/base/build_facts.hpp"
#include "actscope/base/error.hpp"
#include "command.hpp"
#include "nearest_name.hpp"

namespace actscope::app {
namespace {

std::string version_text() {
  const BuildFacts& facts = build_facts();
  std::string text = "actscope " + facts.version + " (" + facts.git_revision + ")";
  for (const std::string& feature : facts.features) text += " " + feature;
  return text;
}

// One line for what the parser refused, with the nearest name that would have been right.
std::string usage_error(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App* command = &program;
  for (const CLI::App* chosen : program.get_subcommands()) command = chosen;
  std::string hint =
      "see actscope " + (command == &program ? "" : command->get_name() + " ") + "--help";
  const std::vector<std::string> unknown = command->remaining(true);
  if (!unknown.empty()) {
    const std::string nearest = nearest_name(unknown.front(), known_names(*command));
    if (!nearest.empty()) hint = "did you mean " + nearest + "? " + hint;
  }
  return error_text(error.what(), {}, hint);
}

int run_program(int argc, char** argv) {
  CLI::App program("Shows, shrinks and guards the activation memory of a training run.",
                   "actscope");
  program.set_version_flag("--version", version_text());
  program.require_subcommand(1);
  program.footer(
      "\nExit codes: 0 done, 1 negative result, 2 usage, 3 invalid input, 4 environment, "
      "5 inconclusive, 6 run failed, 130 interrupted.\nExample: actscope doctor");
  Action action;
  add_run(program, action);
  add_footprint(program, action);
  add_compare(program, action);
  add_report(program, action);
  add_validate(program, action);
  add_doctor(program, action);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return program.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "actscope: " << usage_error(program, error) << "\n";
    return static_cast<int>(ExitCode::usage);
  }
  try {
    const ExitCode code = action();
    std::cout.flush();
    if (!std::cout)
      throw EnvironmentError(error_text("cannot write to stdout", "the device is full or closed"));
    return static_cast<int>(code);
  } catch (const std::exception& error) {
    std::cerr << "actscope: " << error_text(error.what()) << "\n";
    return static_cast<int>(exit_code_of(error));
  }
}

}  // namespace
}  // namespace actscope::app

int main(int argc, char** argv) {
  return actscope::app::run_program(argc, argv);
}
