// SPDX-License-Identifier: Apache-2.0
#include "gate/measured_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/folder_manifest.hpp"
#include "actscope/base/machine.hpp"
#include "actscope/reports/gate/timing_plan.hpp"
#include "lease_waiting.hpp"
#include "output.hpp"
#include "process/stop_signal.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

fs::path temporary_folder() {
  std::error_code code;
  std::string place = (fs::temp_directory_path(code) / "actscope-gate-XXXXXX").string();
  if (code || ::mkdtemp(place.data()) == nullptr) {
    throw EnvironmentError(error_text(
        "cannot make a temporary folder",
        code ? code.message() : std::generic_category().message(errno), "give --out DIR"));
  }
  return place;
}

void require_same(const std::string& given, const std::string& measured, const char* option) {
  if (given.empty() || given == measured) return;
  throw ConfigError(error_text(std::string(option) + " is not the command that was measured",
                               measured, "leave it out with --resume"));
}

}  // namespace

void add_measured_options(CLI::App& app, MeasuredOptions& options) {
  const auto in_group = [](CLI::Option* option) { return option->group("Measuring"); };
  in_group(app.add_option("--rounds", options.rounds, "at most so many, 20 to 2000 [40]"))
      ->check(CLI::Range(reports::least_rounds, reports::most_rounds))
      ->option_text("N");
  in_group(app.add_option("--minutes", options.measuring.minutes,
                          "begin no round later; 0: no limit [0]"))
      ->check(CLI::NonNegativeNumber)
      ->option_text("N");
  in_group(app.add_option("--warm-ups", options.warm_ups, "rounds that are dropped first [1]"))
      ->check(CLI::Range(0, 1000))
      ->option_text("N");
  in_group(app.add_option("--time-limit", options.measuring.limit_s,
                          "of one launch in seconds; 0: none [3600]"))
      ->check(CLI::NonNegativeNumber)
      ->option_text("SECONDS");
  in_group(app.add_option("--allow-failures", options.measuring.allowed_failures,
                          "launches that may fail [0]"))
      ->check(CLI::Range(0, 1000))
      ->option_text("N");
  in_group(app.add_option("--band", options.band_percent,
                          "changes of so many per cent are noise at least [1]"))
      ->check(CLI::Range(0.0, 50.0))
      ->option_text("PERCENT");
  in_group(app.add_option("--seed", options.seed, "of the order of the two [drawn]"))
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{0x7fffffff}))
      ->option_text("N");
  in_group(app.add_flag("--process-only", options.is_process_only,
                        "the commands report nothing: judge their own time"));
  in_group(app.add_option("--out", options.out, "folder that keeps the rounds"))
      ->option_text("DIR");
  in_group(app.add_flag("--force", options.is_forced, "start over in a folder that is not empty"));
  in_group(app.add_option("--resume", options.resume, "go on with the rounds in DIR"))
      ->option_text("DIR");
}

MeasuredFolder::MeasuredFolder(const MeasuredOptions& options, const std::string& baseline_command,
                               const std::string& candidate_command, ProgressMode mode)
    : mode_(mode) {
  if (!options.resume.empty()) {
    if (!options.out.empty()) {
      throw ConfigError(error_text("--out and --resume exclude each other", {},
                                   "--resume goes on in its folder"));
    }
    path_ = options.resume;
    const fs::path file = path_ / "rounds.json";
    (void)read_file(file);  // raises where there is nothing to go on with
    hold();
    measurement_ = reports::read_rounds_document(read_file(file), file.string());
    require_same(baseline_command, measurement_.baseline_command, "--baseline-cmd");
    require_same(candidate_command, measurement_.candidate_command, "--candidate-cmd");
    return;
  }
  is_temporary_ = options.out.empty();
  path_ = is_temporary_ ? temporary_folder() : fs::path(options.out);
  const ExistingFolder existing =
      options.is_forced ? ExistingFolder::start_over : ExistingFolder::refuse_unless_empty;
  prepare_output_folder(path_, existing);
  hold();
  prepare_output_folder(path_, existing);  // nobody has come between
  std::error_code code;                    // of an earlier measurement; files of others stay
  fs::remove(path_ / "rounds.json", code);
  fs::remove_all(path_ / "launch", code);
  measurement_.baseline_command = baseline_command;
  measurement_.candidate_command = candidate_command;
  measurement_.seed = options.seed >= 0 ? options.seed : drawn_seed();
  measurement_.warm_ups = options.warm_ups;
  measurement_.environment = describe_machine();
}

void MeasuredFolder::hold() {
  LeaseObserver observer;
  lease_ = std::make_unique<KeptLease>(
      Lease::take(path_ / folder_lease_name, observer, "another measurement",
                  waiting(mode_ == ProgressMode::quiet, "another measurement", path_.string())));
}

void MeasuredFolder::require_held() const {
  if (!lease_->is_lost()) return;
  throw EnvironmentError(
      error_text("the measurement in " + path_.string() + " ends, and writes nothing more",
                 "another process took this one for dead and works there now",
                 "do not halt a measurement for longer than a minute"));
}

MeasuringEnd MeasuredFolder::measure(const MeasuredOptions& options, const std::string& name,
                                     const std::function<reports::TimingStep()>& next) {
  MeasuringOptions measuring_options = options.measuring;
  measuring_options.reporting =
      options.is_process_only ? Reporting::process_only : Reporting::required;
  const auto progress = make_stderr_progress(mode_);
  catch_stop_signals();
  MeasuringEnd end = MeasuringEnd::done;
  try {
    end = Measuring(measurement_, path_, measuring_options, *progress, is_stop_requested)
              .run(
                  [&] {
                    require_held();
                    return next();
                  },
                  options.rounds);
  } catch (const RunError& error) {
    if (is_temporary_ && measurement_.rounds.empty()) {
      drop_if_temporary();
      throw;
    }
    throw RunError(
        error_text(error.what(), {},
                   how_to_go_on(name) + "; what it printed is in " + (path_ / "launch").string()));
  }
  if (end == MeasuringEnd::stopped) {
    tell_end(error_text("the measurement was stopped",
                        std::to_string(measurement_.rounds.size()) + " rounds are kept",
                        how_to_go_on(name)));
  }
  return end;
}

std::string MeasuredFolder::how_to_go_on(const std::string& name) const {
  return "go on with actscope " + name + " --resume " + path_.string();
}

void MeasuredFolder::drop_if_temporary() const {
  std::error_code code;
  if (is_temporary_) fs::remove_all(path_, code);
}

}  // namespace actscope::app
