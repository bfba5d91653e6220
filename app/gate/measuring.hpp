// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "actscope/base/progress.hpp"
#include "actscope/reports/gate/measurement.hpp"
#include "gate/reported_values.hpp"

namespace actscope::app {

/// How commands are measured.
struct MeasuringOptions {
  double limit_s = 3600;              ///< of one launch
  double minutes = 0;                 ///< no new round begins later; 0: no limit
  std::int64_t allowed_failures = 0;  ///< launches that may fail before the measurement does
  Reporting reporting = Reporting::required;
};

enum class MeasuringEnd { done, out_of_time, stopped };

/// Measures the two commands of a measurement round by round in a folder of its own. After every
/// round the folder has a whole `rounds.json`, from which a later call goes on. What commands write
/// goes to `launch/`, which is removed at the end; that of one that failed is kept.
class Measuring {
 public:
  /// Goes on with the rounds that the measurement has.
  Measuring(reports::GateMeasurement& measurement, std::filesystem::path folder,
            MeasuringOptions options, ProgressSink& progress,
            std::function<bool()> is_stop_requested);
  ~Measuring();
  Measuring(const Measuring&) = delete;
  Measuring& operator=(const Measuring&) = delete;

  /// Measures what `next` asks for until it asks for nothing. `cap` is told as the total.
  /// Errors  RunError: more launches failed than allowed; the finished rounds are in the folder.
  ///         EnvironmentError: no process can be started, or the folder cannot be written
  MeasuringEnd run(const std::function<reports::TimingStep()>& next, std::int64_t cap);

  std::filesystem::path rounds_file() const { return folder_ / "rounds.json"; }

 private:
  reports::LaunchRecord launch_side(const std::string& side, const std::string& command);
  reports::MeasuredRound measure_round(std::int64_t batch);
  bool warm_up();
  void save() const;

  reports::GateMeasurement& measurement_;
  std::filesystem::path folder_;
  MeasuringOptions options_;
  ProgressSink& progress_;
  std::function<bool()> is_stop_requested_;
  double own_s_ = 0;  // processor time of the launches of a round
  std::int64_t failures_ = 0;
};

/// Whether the candidate comes first in a round: a coin that depends on the seed, the batch and the
/// number of the round, so that a resumed measurement has the same order.
bool is_candidate_first(std::int64_t seed, std::int64_t batch, std::int64_t round);

/// A seed that nobody chose.
std::int64_t drawn_seed();

}  // namespace actscope::app
