// SPDX-License-Identifier: Apache-2.0
#include "gate/measuring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/split_mix.hpp"
#include "gate/launch.hpp"
#include "gate/system_load.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
  return Seconds(Clock::now() - begin).count();
}

}  // namespace

bool is_candidate_first(std::int64_t seed, std::int64_t batch, std::int64_t round) {
  SplitMix64 random(static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(batch),
                    static_cast<std::uint64_t>(round));
  return random.below(2) == 1;
}

std::int64_t drawn_seed() {
  std::random_device device;
  return static_cast<std::int64_t>(device() & 0x7fffffffU);
}

Measuring::Measuring(reports::GateMeasurement& measurement, fs::path folder,
                     MeasuringOptions options, ProgressSink& progress,
                     std::function<bool()> is_stop_requested)
    : measurement_(measurement),
      folder_(std::move(folder)),
      options_(options),
      progress_(progress),
      is_stop_requested_(std::move(is_stop_requested)) {}

Measuring::~Measuring() {
  std::error_code code;
  if (!fs::exists(folder_ / "launch" / "failed", code)) fs::remove_all(folder_ / "launch", code);
}

// An empty folder for each launch: what the one before wrote must not be taken for this one's.
reports::LaunchRecord Measuring::launch_side(const std::string& side, const std::string& command) {
  const fs::path place = folder_ / "launch", out = place / "out";
  std::error_code code;
  fs::remove_all(place, code);
  fs::create_directories(out, code);
  if (code) {
    throw EnvironmentError(error_text("cannot make " + out.string(), code.message(),
                                      "check the folder, its permissions and the space left"));
  }
  const LaunchRequest request{command,          fs::absolute(out), place / "stdout",
                              place / "stderr", options_.limit_s,  is_stop_requested_};
  const LaunchEnd end = launch(request);
  own_s_ += end.cpu_s;
  reports::LaunchRecord record;
  if (end.outcome == LaunchOutcome::stopped) return record;
  try {
    const reports::ReportedValues reported = reported_values(request, end, options_.reporting);
    reports::add_metrics(measurement_, reported.metrics);
    record.values = reported.values;
  } catch (const std::exception& error) {
    record.failure = side + ": " + error.what();
    write_file_atomically(place / "failed", record.failure + "\n");
    if (++failures_ > options_.allowed_failures) {
      throw RunError(error_text(record.failure, {},
                                fmt::format("finished rounds: {}", measurement_.rounds.size())));
    }
  }
  return record;
}

reports::MeasuredRound Measuring::measure_round(std::int64_t batch) {
  const auto number = std::ranges::count_if(
      measurement_.rounds,
      [&](const reports::MeasuredRound& round) { return round.batch == batch; });
  reports::MeasuredRound round;
  round.batch = batch;
  round.is_candidate_first = is_candidate_first(measurement_.seed, batch, number);
  const SystemCounts before = read_system_counts();
  const Clock::time_point begin = Clock::now();
  own_s_ = 0;
  for (const bool is_candidate : {round.is_candidate_first, !round.is_candidate_first}) {
    if (is_stop_requested_()) return round;
    if (is_candidate) {
      round.candidate = launch_side("candidate", measurement_.candidate_command);
    } else {
      round.baseline = launch_side("baseline", measurement_.baseline_command);
    }
  }
  round.load = load_between(before, read_system_counts(), since(begin), own_s_);
  return round;
}

// Rounds that are dropped. Returns false where a stop was asked for.
bool Measuring::warm_up() {
  for (std::int64_t i = 0; i < measurement_.warm_ups; ++i) {
    progress_.update(0, fmt::format("warm-up {} of {}", i + 1, measurement_.warm_ups));
    (void)launch_side("baseline", measurement_.baseline_command);
    if (is_stop_requested_()) return false;
    (void)launch_side("candidate", measurement_.candidate_command);
    if (is_stop_requested_()) return false;
  }
  failures_ = 0;
  return true;
}

void Measuring::save() const {
  write_file_atomically(rounds_file(), reports::write_rounds_document(measurement_));
}

MeasuringEnd Measuring::run(const std::function<reports::TimingStep()>& next, std::int64_t cap) {
  const Clock::time_point begin = Clock::now();
  progress_.begin("rounds", cap);
  for (const reports::MeasuredRound& round : measurement_.rounds) {
    failures_ +=
        (round.baseline.failure.empty() ? 0 : 1) + (round.candidate.failure.empty() ? 0 : 1);
  }
  save();
  const auto told = [&](MeasuringEnd end, const char* why) {
    progress_.end(fmt::format("{} rounds{}", measurement_.rounds.size(), why));
    return end;
  };
  const std::int64_t failed_before = failures_;
  if (next().rounds > 0 && !warm_up()) return told(MeasuringEnd::stopped, ", stopped");
  failures_ = failed_before;
  for (reports::TimingStep step = next(); step.rounds > 0; step = next()) {
    if (is_stop_requested_()) return told(MeasuringEnd::stopped, ", stopped");
    if (options_.minutes > 0 && since(begin) > 60 * options_.minutes) {
      return told(MeasuringEnd::out_of_time, ", no time left");
    }
    reports::MeasuredRound round = measure_round(static_cast<std::int64_t>(step.batch));
    if (is_stop_requested_()) return told(MeasuringEnd::stopped, ", stopped");
    measurement_.rounds.push_back(std::move(round));
    save();
    progress_.update(static_cast<std::int64_t>(measurement_.rounds.size()),
                     step.batch == 0 ? "first batch" : "second batch, to confirm");
  }
  return told(MeasuringEnd::done, "");
}

}  // namespace actscope::app
