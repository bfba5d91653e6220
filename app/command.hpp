// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "actscope/base/exit_code.hpp"

namespace actscope::app {

/// What a subcommand registered with the parser runs when it was chosen.
using Action = std::function<ExitCode()>;

/// Every subcommand: adds its options and, when parsed, sets `action`.
void add_run(CLI::App& program, Action& action);
void add_footprint(CLI::App& program, Action& action);
void add_compare(CLI::App& program, Action& action);
void add_report(CLI::App& program, Action& action);
void add_validate(CLI::App& program, Action& action);
void add_doctor(CLI::App& program, Action& action);

/// A subcommand with its help text and an example.
CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& example);

}  // namespace actscope::app
