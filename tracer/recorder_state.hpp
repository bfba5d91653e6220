// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "actscope/base/trace_events.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "operator_counters.hpp"
#include "thread_rings.hpp"
#include "timing_sums.hpp"

namespace actscope::tracer {

/// What was counted by count_lost_record since the last call.
std::int64_t take_lost_records() noexcept;

/// The work of a recorder's own thread: it takes records out of the rings before they are full. It
/// sums them and hands them on in portions, which costs less than handing on what each look at the
/// rings brings. No exception leaves it; every failure is counted.
struct TraceRecorder::State {
  TraceSink* sink;
  TraceSink* observer;
  std::shared_ptr<CounterReader> counters;
  detail::OpenScope step_scope;

  // Records that other threads add, for the next portion.
  std::mutex mutex;
  std::condition_variable changed;
  TraceBatch pending;
  TraceRecord losses;
  std::int64_t flushes_asked = 0, flushes_done = 0;
  bool is_ending = false;
  bool has_failed = false;  // the sink
  std::string failure;
  TimingSums operators, kernels;

  std::size_t names_given = 0;  // only the draining thread uses this and what follows
  bool has_written = false;
  TraceBatch portion;  // taken, not handed on yet
  std::vector<CountedCall> counted;
  std::chrono::steady_clock::time_point portion_begin;
  std::thread drainer;

  void run();
  void take();
  std::int64_t take_from(ThreadRings& rings, bool is_last);
  bool is_portion_due() const;
  void hand_on();
  void tell_counted();
  void add_up();
  std::int64_t deliver() noexcept;
  void note_failure() noexcept;
  void drop(std::int64_t records) noexcept;
  /// Adds to the next portion; where there is no memory for it, a record is dropped.
  template <class Add>
  void leave(const Add& add) noexcept {
    const std::scoped_lock lock(mutex);
    try {
      add();
    } catch (const std::bad_alloc&) {
      ++losses.dropped_records;
    }
  }
};

}  // namespace actscope::tracer
