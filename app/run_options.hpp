// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "actscope/base/run_config.hpp"

namespace actscope::app {

/// What a command starts from: RunConfig with the scheme that docs/results.md found to keep few
/// bytes, a short step and the accuracy of dense at once.
RunConfig starting_config();

/// The options that describe a run, as the command line gave them; `resolve` turns them into a
/// configuration. Lives as long as the parser it was added to.
class RunOptions {
 public:
  /// Which options a command takes: `footprint` and `evaluation` need none of those that only
  /// training reads, `plan` none of those that it chooses.
  enum class Scope { footprint, evaluation, plan, training };

  /// Errors  ConfigError, while the command line is parsed: a value that is no number
  void add_to(CLI::App& command, Scope scope);
  /// The option --plan, after add_to.
  void add_plan();

  /// `defaults`, then the --config file, the --plan file, then what the command line gave.
  /// Errors  DataError, ReportFormatError: the --config file;
  ///         ConfigError: a model or scheme that does not exist, with the nearest that does; an
  ///         option that contradicts the plan
  RunConfig resolve(const RunConfig& defaults = starting_config()) const;

 private:
  template <class Value>
  void option(const char* name, Value RunConfig::*field, const char* value_name,
              const std::string& help);
  void in_group(CLI::Option* added);
  void add_model();
  void add_data(Scope scope);
  void add_compression(Scope scope);
  void add_training(Scope scope);
  void add_machine(Scope scope);
  void add_numbers(Scope scope);
  void add_evaluation();
  void add_recording();

  CLI::App* command_ = nullptr;
  std::string group_;
  std::string config_file_, plan_file_;
  std::vector<std::function<void(RunConfig&)>> given_;  ///< one an option that was given
};

}  // namespace actscope::app
