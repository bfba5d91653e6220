// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actscope/base/trace_events.hpp"
#include "actscope/tracer/counter_reader.hpp"
#include "actscope/tracer/name.hpp"
#include "actscope/tracer/store_ledger.hpp"

namespace actscope::tracer {

struct RecorderOptions {
  TraceSink* sink = nullptr;  ///< may be null: only sums are kept
  /// Gets every portion before the sink does, also those that the sink no longer takes; it is not
  /// told the end. May be null.
  TraceSink* observer = nullptr;
  std::size_t ring_records = 1U << 15U;  ///< a thread and kind of record; a power of two
  /// The processor's counters, read around every operator; may be null.
  std::shared_ptr<CounterReader> counters = nullptr;
};

/// Gathers scopes and memory events of all threads while a step is traced, sums them and hands them
/// to a sink from a thread of its own. One at a time in a process.
///
/// Never throws into the program it observes: records that find no room or no memory, or cannot be
/// written, are counted. A sink that throws gets nothing more.
class TraceRecorder {
 public:
  /// Errors  TraceError: another recorder is there, or its thread could not be started
  explicit TraceRecorder(const RecorderOptions& options);
  ~TraceRecorder();
  TraceRecorder(const TraceRecorder&) = delete;
  TraceRecorder& operator=(const TraceRecorder&) = delete;

  /// Between the two calls everything is recorded, under this step.
  void begin_step(std::int64_t step);
  void end_step();

  /// What the stores held at the end of forward of the current step, and the counters with it.
  void add_ledger(const StoreLedger& ledger);
  /// What the autograd graph held at that time; its layers and slots are names of this process.
  void add_graph(LedgerRecord ledger);
  void add_counter(Name name, std::int64_t value);
  /// Device work, with times of the host's monotonic clock.
  void add_kernels(std::vector<KernelEvent> kernels);
  /// Losses of another source of records. `kernels_source` and `kernels_reason` are taken over.
  void add_losses(const TraceRecord& losses);

  /// Returns when everything recorded before has reached sums and sink.
  void flush();
  /// Flushes and tells the sink that the trace ends; begin_step must not be called again.
  void finish();

  /// Sums by name, layer, slot and phase, longest first. Call flush before.
  std::vector<OperatorTiming> operators() const;
  std::vector<OperatorTiming> kernels() const;
  TraceRecord losses() const;
  /// Why the sink stopped taking records; empty: it did not. Call after finish, or flush.
  std::string sink_failure() const;

 private:
  struct State;
  void stop_counting();
  std::unique_ptr<State> state_;
};

/// Called by allocators for every allocation (bytes above 0) and free (below 0), with the live
/// bytes afterwards. Costs one branch while nothing records.
void record_memory(const void* address, std::int64_t bytes, std::int64_t live_bytes) noexcept;

/// The same for any device and life; time, place and thread are filled in here.
void record_memory(MemoryEvent event) noexcept;

/// Counts a record that could not be made: the recorder at work adds it to its dropped records.
void count_lost_record() noexcept;

/// Nanoseconds of the monotonic clock that all records use.
std::int64_t now_ns() noexcept;
/// Which clock that is, as it is while a recorder records.
std::string describe_clock();

}  // namespace actscope::tracer
