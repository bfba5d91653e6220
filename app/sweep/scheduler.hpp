// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actscope/base/lease.hpp"
#include "actscope/base/progress.hpp"
#include "actscope/base/sweep_record.hpp"
#include "sweep/child_process.hpp"
#include "sweep/sweep_folder.hpp"

namespace actscope::sweep {

struct SchedulerOptions {
  std::string program;              ///< the actscope to run points with
  std::string program_version;      ///< kept beside every result
  std::int64_t workers = 1;         ///< points at once, from 1
  std::int64_t retries = 2;         ///< of a point whose process was killed from outside
  double time_limit_s = 0;          ///< of one point; 0: none
  bool fails_fast = false;          ///< starts no more points once one failed
  bool retries_failed = false;      ///< runs points again that failed before
  std::int64_t worker_threads = 0;  ///< CPU threads of a point that names none; 0: its own choice
};

/// Runs the points of a sweep that have not ended, each in a process of its own, and keeps the
/// document up to date. Several schedulers may work on one folder.
class Scheduler {
 public:
  Scheduler(const SweepFolder& folder, SweepRecord& record, SchedulerOptions options,
            ProgressSink& progress, std::function<bool()> stop_requested);

  /// Returns when every point has ended, or after a stop with what is under way put to rest: it
  /// goes on from its checkpoint later. Returns false after a stop.
  /// Errors  EnvironmentError: the folder cannot be written to, a process cannot be started
  bool run();

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    std::size_t index = 0;
    Lease lease;  // given back when the process is gone
    ChildProcess process;
    Clock::time_point started;
    bool is_resumed = false;
    bool is_overdue = false;
    bool is_lost = false;  // another scheduler took this one for dead
  };

  SweepPointRecord& point(std::size_t index) { return record_.points[index]; }
  void gather_pending();
  void start_points();
  bool start(std::size_t index);
  void reap();
  void finish(Running& running, const ProcessEnd& end);
  void end_point(Running& running, const PointState& state);
  void put_to_rest(Running& running);
  void watch_over();
  void look_elsewhere();
  void tell();
  PointState state_of(const Running& running, const ProcessEnd& end) const;

  const SweepFolder& folder_;
  SweepRecord& record_;
  SchedulerOptions options_;
  ProgressSink& progress_;
  std::function<bool()> stop_requested_;
  std::deque<std::size_t> pending_;
  std::vector<std::size_t> elsewhere_;  ///< points that other schedulers run
  std::set<std::size_t> damaged_;       ///< points whose rests cannot be continued
  std::vector<Running> running_;
  std::int64_t total_ = 0;  ///< points to end from now on
  bool is_stopping_ = false;
  bool is_document_old_ = true;
  Clock::time_point document_written_{}, watched_{}, looked_{};
};

}  // namespace actscope::sweep
