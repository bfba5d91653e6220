// SPDX-License-Identifier: Apache-2.0
#include "sweep/scheduler.hpp"

#include <csignal>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>

#include "actscope/base/error.hpp"
#include "actscope/base/exit_code.hpp"
#include "actscope/base/units.hpp"
#include "actscope/core/training/checkpoint_check.hpp"
#include "actscope/reports/config/document.hpp"
#include "sweep/point.hpp"
#include "sweep/run_files.hpp"

namespace actscope::sweep {
namespace fs = std::filesystem;
namespace {

using namespace std::chrono_literals;

bool has_code(const ProcessEnd& end, ExitCode code) {
  return end.exit_code == static_cast<int>(code);
}

// The last line that says something.
std::string last_line(const fs::path& log) {
  std::string text;
  try {
    text = read_file(log, 64 << 20);
  } catch (const Error&) {
    return {};
  }
  const std::size_t end = text.find_last_not_of("\r\n ");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.find_last_of("\r\n", end);
  text = text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
  constexpr std::string_view speaker = "actscope: ";
  return text.starts_with(speaker) ? text.substr(speaker.size()) : text;
}

// What the run itself says of its end.
std::string reason_in_report(const fs::path& report) {
  const auto run = read_report(report);
  return run ? run->status_reason : std::string();
}

bool is_completed(const fs::path& report) {
  const auto run = read_report(report);
  return run && run->status == RunStatus::completed;
}

bool is_terminal(PointStatus status) {
  return status != PointStatus::pending && status != PointStatus::running;
}

}  // namespace

Scheduler::Scheduler(const SweepFolder& folder, SweepRecord& record, SchedulerOptions options,
                     ProgressSink& progress, std::function<bool()> stop_requested)
    : folder_(folder),
      record_(record),
      options_(std::move(options)),
      progress_(progress),
      stop_requested_(std::move(stop_requested)) {}

bool Scheduler::run() {
  gather_pending();
  folder_.write_document(record_);
  progress_.begin("sweep", total_);
  while (true) {
    if (!is_stopping_ && stop_requested_ && stop_requested_()) {
      is_stopping_ = true;
      for (const Running& one : running_) one.process.send(SIGTERM);
    }
    reap();
    watch_over();
    if (!is_stopping_) {
      look_elsewhere();
      start_points();
    }
    tell();
    if (running_.empty() && (is_stopping_ || (pending_.empty() && elsewhere_.empty()))) break;
    std::this_thread::sleep_for(running_.empty() ? 100ms : 5ms);
  }
  folder_.write_document(record_);
  progress_.end(is_stopping_ ? "stopped" : "all points ended");
  return !is_stopping_;
}

void Scheduler::gather_pending() {
  for (std::size_t i = 0; i < record_.points.size(); ++i) {
    SweepPointRecord& one = point(i);
    // A point that was killed from outside may well succeed next time.
    const bool is_tried_again =
        one.status == PointStatus::failed &&
        (options_.retries_failed || one.reason.starts_with("killed by signal"));
    if (is_tried_again) {
      folder_.reopen(one.id);
      one.status = PointStatus::pending;
      one.reason.clear();
      one.report.clear();
      one.tries = 0;
    }
    if (one.status == PointStatus::running) elsewhere_.push_back(i);
    if (one.status == PointStatus::pending) pending_.push_back(i);
  }
  total_ = static_cast<std::int64_t>(pending_.size() + elsewhere_.size());
}

void Scheduler::start_points() {
  while (static_cast<std::int64_t>(running_.size()) < options_.workers && !pending_.empty()) {
    const std::size_t index = pending_.front();
    pending_.pop_front();
    if (start(index)) continue;
    folder_.refresh(point(index));
    if (!is_terminal(point(index).status)) elsewhere_.push_back(index);
    is_document_old_ = true;
  }
}

// Starts the point. Returns false where another scheduler runs it or has ended it.
bool Scheduler::start(std::size_t index) {
  SweepPointRecord& one = point(index);
  if (folder_.has_ended(one.id) || folder_.is_under_way(one.id)) return false;
  std::optional<Lease> lease = Lease::try_take(folder_.lease(one.id), folder_.observer());
  if (!lease || folder_.has_ended(one.id)) return false;
  write_file_atomically(folder_.config(one.id), reports::write_config_document(one.config));
  const fs::path work = folder_.work(one.id);
  std::error_code code;
  const bool is_damaged = damaged_.erase(index) > 0;
  const bool is_resumed = !is_damaged && (fs::exists(work / core::checkpoint_name, code) ||
                                          is_completed(work / "report.json"));
  std::vector<std::string> arguments{options_.program,
                                     "run",
                                     "--config",
                                     folder_.config(one.id),
                                     is_resumed ? "--resume" : "--out",
                                     work};
  if (!is_resumed) arguments.emplace_back("--force");
  std::vector<std::pair<std::string, std::string>> environment;
  if (options_.worker_threads > 0) {
    environment.emplace_back("OMP_NUM_THREADS", std::to_string(options_.worker_threads));
  }
  running_.push_back({index, std::move(*lease),
                      ChildProcess(arguments, folder_.log(one.id), environment), Clock::now(),
                      is_resumed});
  one.status = PointStatus::running;
  ++one.tries;
  is_document_old_ = true;
  return true;
}

void Scheduler::reap() {
  for (std::size_t i = 0; i < running_.size();) {
    const auto end = running_[i].process.poll();
    if (!end) {
      ++i;
      continue;
    }
    Running one = std::move(running_[i]);
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    finish(one, *end);
    is_document_old_ = true;
  }
}

void Scheduler::finish(Running& running, const ProcessEnd& end) {
  SweepPointRecord& one = point(running.index);
  const fs::path checkpoint = folder_.work(one.id) / core::checkpoint_name;
  std::error_code code;
  const bool is_damaged = running.is_resumed && has_code(end, ExitCode::invalid_input) &&
                          fs::exists(checkpoint, code) &&
                          !core::fault_of_checkpoint(checkpoint).empty();
  const bool was_stopped = end.signal != 0 || has_code(end, ExitCode::interrupted);
  if (running.is_lost) {  // it is another scheduler's now
    elsewhere_.push_back(running.index);
  } else if (is_damaged) {  // the checkpoint is no use: starts from the beginning
    damaged_.insert(running.index);
    --one.tries;
    put_to_rest(running);
    pending_.push_front(running.index);
  } else if (was_stopped && is_stopping_) {
    put_to_rest(running);
  } else if (was_stopped && !running.is_overdue && one.tries <= options_.retries) {
    progress_.note("again: " + point_title(one.config) + ", its process was killed");
    put_to_rest(running);
    pending_.push_front(running.index);
  } else {
    end_point(running, state_of(running, end));
  }
}

PointState Scheduler::state_of(const Running& running, const ProcessEnd& end) const {
  const SweepPointRecord& one = record_.points[running.index];
  PointState state;
  state.exit_code = end.exit_code;
  state.signal = end.signal;
  state.elapsed_s = std::chrono::duration<double>(Clock::now() - running.started).count();
  state.tries = one.tries;
  state.program_version = options_.program_version;
  const fs::path report = folder_.work(one.id) / "report.json";
  if (has_code(end, ExitCode::done) && is_completed(report)) return state;
  state.status = PointStatus::failed;
  if (running.is_overdue) {
    state.reason = "took longer than " + format_duration(options_.time_limit_s);
  } else if (end.signal != 0) {
    state.reason = "killed by signal " + std::to_string(end.signal) + " (" +
                   ::strsignal(end.signal) + "), " + std::to_string(one.tries) + " times";
  } else if (has_code(end, ExitCode::run_failed)) {
    state.reason = reason_in_report(report);
  }
  if (state.reason.empty()) state.reason = last_line(folder_.log(one.id));
  if (state.reason.empty()) state.reason = "exit code " + std::to_string(end.exit_code);
  return state;
}

void Scheduler::end_point(Running& running, const PointState& state) {
  SweepPointRecord& one = point(running.index);
  folder_.publish(one.id, state);
  running.lease.give_back();
  folder_.refresh(one);
  if (one.status == PointStatus::done) return;
  progress_.note("failed: " + point_title(one.config) + ": " + one.reason);
  if (!options_.fails_fast) return;
  pending_.clear();
  elsewhere_.clear();
}

void Scheduler::put_to_rest(Running& running) {
  point(running.index).status = PointStatus::pending;
  running.lease.give_back();
}

// Says that we live, and ends what takes too long.
void Scheduler::watch_over() {
  const auto now = Clock::now();
  for (Running& one : running_) {
    const double seconds = std::chrono::duration<double>(now - one.started).count();
    if (options_.time_limit_s > 0 && seconds > options_.time_limit_s && !one.is_overdue) {
      one.is_overdue = true;
      one.process.send(SIGKILL);
    }
  }
  if (now - watched_ < Lease::touch_period) return;
  watched_ = now;
  for (Running& one : running_) {
    if (one.is_lost || one.lease.touch()) continue;
    one.is_lost = true;
    one.process.send(SIGKILL);
  }
}

// What other schedulers have ended, and what they left behind.
void Scheduler::look_elsewhere() {
  const auto now = Clock::now();
  if (elsewhere_.empty() || now - looked_ < 500ms) return;
  looked_ = now;
  std::vector<std::size_t> still;
  for (const std::size_t index : elsewhere_) {
    folder_.refresh(point(index));
    if (point(index).status == PointStatus::running) {
      still.push_back(index);
    } else if (point(index).status == PointStatus::pending) {
      pending_.push_back(index);
    }
    is_document_old_ |= point(index).status != PointStatus::running;
  }
  elsewhere_ = std::move(still);
}

void Scheduler::tell() {
  const auto left =
      static_cast<std::int64_t>(pending_.size() + elsewhere_.size() + running_.size());
  progress_.update(total_ - left,
                   running_.empty() ? "" : point_title(point(running_.front().index).config));
  const auto now = Clock::now();
  if (!is_document_old_ || now - document_written_ < 500ms) return;
  folder_.write_document(record_);
  document_written_ = now;
  is_document_old_ = false;
}

}  // namespace actscope::sweep
