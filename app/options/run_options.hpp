// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "actscope/base/run_config.hpp"
#include "actscope/core/config/run_option.hpp"

namespace actscope::app {

/// What a command's help says of an option.
struct HelpText {
  std::string group, meaning;
  std::string usual;  ///< its default, as " [128]"
};

/// The options that describe a run, as the command line gave them; `resolve` turns them into a
/// configuration. Lives as long as the parser it was added to.
class RunOptions {
 public:
  /// Adds the options of the table that a command takes.
  /// Errors  ConfigError, while the command line is parsed: a value that is no number
  void add_to(CLI::App& command, core::Command which);
  /// The option --plan, after add_to.
  void add_plan();

  /// `defaults`, then the --config file, the --plan file, then what the command line gave.
  /// Errors  DataError, ReportFormatError: the --config file;
  ///         ConfigError: a model or scheme that does not exist, with the nearest that does; an
  ///         option that contradicts the plan
  RunConfig resolve(const RunConfig& defaults = core::starting_config()) const;
  /// Whether a file that resolve() reads is a pipe or a device: it can be read only once.
  bool reads_once() const;

 private:
  void add(const core::RunOption& option, const HelpText& help);

  CLI::App* command_ = nullptr;
  std::string config_file_, plan_file_;
  std::vector<std::function<void(RunConfig&)>> given_;  ///< one an option that was given
};

}  // namespace actscope::app
