// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "actscope/base/exit_code.hpp"

namespace actscope::app {

/// What the chosen subcommand does, registered while the command line is parsed.
using Action = std::function<ExitCode()>;

/// Every subcommand, a file each: adds its options and, when it was chosen, sets `action`.
void add_run(CLI::App& program, Action& action);
void add_eval(CLI::App& program, Action& action);
void add_sweep(CLI::App& program, Action& action);
void add_footprint(CLI::App& program, Action& action);
void add_plan(CLI::App& program, Action& action);
void add_compare(CLI::App& program, Action& action);
void add_gate(CLI::App& program, Action& action);
void add_history(CLI::App& program, Action& action);
/// Subcommands of gate.
void add_gate_run(CLI::App& gate, Action& action);
void add_gate_noise(CLI::App& gate, Action& action);
void add_report(CLI::App& program, Action& action);
void add_validate(CLI::App& program, Action& action);
void add_bench(CLI::App& program, Action& action);
/// A subcommand of bench.
void add_bench_tracer(CLI::App& bench, Action& action);
void add_trace(CLI::App& program, Action& action);
void add_doctor(CLI::App& program, Action& action);

/// A subcommand with its help text and an example.
CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& example);

/// The text before the first line break: LibTorch's errors carry their stack in the lines behind.
std::string first_line(const std::string& text);

/// The whole program: parses, runs the chosen subcommand, tells errors as one line on stderr.
/// Returns the exit code.
int run_program(int argc, const char* const* argv);

}  // namespace actscope::app
