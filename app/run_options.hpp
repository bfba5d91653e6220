// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "actscope/base/run_config.hpp"

namespace actscope::app {

/// Options that describe a run, as given; `resolve` turns them into a configuration.
class RunOptions {
 public:
  /// Which options a command takes: `footprint` needs no training options.
  enum class Scope { footprint, training };

  void add_to(CLI::App& command, Scope scope);

  /// The defaults, then the --config file, then what the command line gave.
  /// Errors  ConfigError: a value out of range; DataError, ReportFormatError: the --config file
  RunConfig resolve() const;

 private:
  template <class T>
  void option(CLI::App& command, const std::string& name, T RunConfig::*field,
              const std::string& help, const std::string& group);

  RunConfig given_;
  std::string block_, workspace_, config_file_;
  bool no_augment_ = false;
  std::vector<std::function<void(RunConfig&)>> overrides_;  ///< one an option that was given
};

/// "16" → 16×16, "8x64" → 8×64.
/// Errors  ConfigError: neither, or a side below 1
std::pair<std::int64_t, std::int64_t> parse_block(const std::string& text);

}  // namespace actscope::app
