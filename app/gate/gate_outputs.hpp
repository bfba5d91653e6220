// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "actscope/base/exit_code.hpp"
#include "actscope/reports/gate/policy.hpp"
#include "actscope/reports/gate/result.hpp"

namespace actscope::app {

/// What the commands of the gate print and write, and how they end.
struct GateOutputs {
  std::string policy, markdown, junit, output;
  bool json = false, github = false, strict = false, strict_env = false, quiet = false;
};

void add_gate_outputs(CLI::App& app, GateOutputs& outputs);

/// The policy file, or the defaults.
/// Errors  DataError, ReportFormatError: as read_policy_document
reports::GatePolicy policy_of(const GateOutputs& outputs);

/// Writes the files that were asked for and prints the result.
/// Errors  EnvironmentError: a file cannot be written
void give_result(const GateOutputs& outputs, const reports::GateResult& result);

/// The exit code of a result; where it is not 0, `told` gets the line that says why.
ExitCode code_of_result(const GateOutputs& outputs, const reports::GateResult& result);
std::string explanation_of(const reports::GateResult& result, ExitCode code);

/// The day in UTC, as policies write the end of a waiver.
std::string today_in_utc();

}  // namespace actscope::app
