// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/sweep_spec.hpp"
#include "options/run_options.hpp"

namespace actscope::app {

/// The options that describe the points of a sweep: axes beside the options of a run.
class SweepOptions {
 public:
  /// Errors  ConfigError, while the command line is parsed: a list with a value that is none
  void add_to(CLI::App& command);

  /// Whether anything was given that describes points.
  bool is_empty() const;

  /// The specification file, then the options of a run, then the axes; later ones win.
  /// Errors  DataError, ReportFormatError: the file; ConfigError: an unknown model or scheme,
  ///         --save-weights, which every point would write
  SweepSpec resolve() const;

  /// The folder given with --out; empty: none.
  std::string out() const { return run_.resolve().out; }

 private:
  CLI::App* command_ = nullptr;
  RunOptions run_;
  std::string file_;
  std::optional<std::vector<std::string>> schemes_;
  std::optional<std::vector<BlockSides>> blocks_;
  std::optional<std::vector<double>> sparsities_;
  std::optional<std::vector<std::int64_t>> seeds_;
  bool no_baselines_ = false;
};

}  // namespace actscope::app
