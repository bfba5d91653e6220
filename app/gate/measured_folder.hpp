// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "actscope/base/kept_lease.hpp"
#include "actscope/reports/gate/measurement.hpp"
#include "gate/measuring.hpp"

namespace actscope::app {

/// What `gate run` and `gate noise` have in common: where rounds are kept and how they are taken.
struct MeasuredOptions {
  std::string out, resume;
  std::int64_t rounds = 40, warm_ups = 1, seed = -1;
  double band_percent = 1;
  MeasuringOptions measuring;
  bool is_process_only = false, is_forced = false;
};

void add_measured_options(CLI::App& app, MeasuredOptions& options);

/// A folder for the rounds: --out, --resume, or one of its own among the temporary files that is
/// removed once all went well. While one measures there it holds a lease, so that no other one
/// does.
class MeasuredFolder {
 public:
  /// Errors  EnvironmentError: --out exists and is not empty, no folder can be made, or another
  ///         one measures there; DataError, ReportFormatError: --resume holds no rounds;
  ///         ConfigError: --resume and --out, or commands other than those that were measured
  MeasuredFolder(const MeasuredOptions& options, const std::string& baseline_command,
                 const std::string& candidate_command, ProgressMode mode);

  const reports::GateMeasurement& measurement() const { return measurement_; }
  /// Measures until `next` asks for nothing, a stop is asked for, which is told, or the time is
  /// over. `name` is that of the command, as "gate run".
  /// Errors  as Measuring::run; EnvironmentError: another process took this one for dead
  MeasuringEnd measure(const MeasuredOptions& options, const std::string& name,
                       const std::function<reports::TimingStep()>& next);
  /// "go on with actscope NAME --resume DIR".
  std::string how_to_go_on(const std::string& name) const;
  /// Removes a folder of its own.
  void drop_if_temporary() const;

 private:
  void hold();
  void require_held() const;

  std::filesystem::path path_;
  ProgressMode mode_;
  std::unique_ptr<KeptLease> lease_;
  bool is_temporary_ = false;
  reports::GateMeasurement measurement_;
};

}  // namespace actscope::app
