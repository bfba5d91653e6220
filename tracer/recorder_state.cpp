// SPDX-License-Identifier: Apache-2.0
#include "recorder_state.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <utility>

#include "actscope/tracer/name.hpp"
#include "thread_rings.hpp"

namespace actscope::tracer {
namespace {

constexpr auto drain_interval = std::chrono::milliseconds(20);
std::atomic<std::int64_t> lost_records{0};

std::int64_t records_of(const TraceBatch& batch) noexcept {
  return static_cast<std::int64_t>(batch.scopes.size() + batch.memory.size() +
                                   batch.kernels.size() + batch.counters.size() +
                                   batch.ledger.size() + batch.graphs.size());
}

}  // namespace

void count_lost_record() noexcept {
  lost_records.fetch_add(1, std::memory_order_relaxed);
}

std::int64_t take_lost_records() noexcept {
  return lost_records.exchange(0, std::memory_order_relaxed);
}

// Everything that lies in the rings, with the names that it needs; nothing where nothing lies there
// and nothing was added.
void TraceRecorder::State::gather(TraceBatch& batch, std::vector<CountedCall>& counted,
                                  std::int64_t& dropped) {
  for (const auto& rings : all_thread_rings()) {
    dropped +=
        rings->scopes.take_dropped() + rings->memory.take_dropped() + rings->counts.take_dropped();
    rings->scopes.drain(batch.scopes);
    rings->memory.drain(batch.memory);
    rings->counts.drain(counted);
  }
  if (counters) tell_counted(counted, batch);
  if (batch.is_empty()) return;  // names alone wait for the records that need them
  // After the records: every name in them is known by now.
  batch.new_names = names_from(names_given);
  names_given += batch.new_names.size();
}

// A counter's name is known before the records that need it.
void TraceRecorder::State::tell_counted(const std::vector<CountedCall>& counted,
                                        TraceBatch& batch) const {
  for (std::size_t i = 0; i < hardware_counter_count; ++i) {
    const auto counter = static_cast<HardwareCounter>(i);
    if (counted.empty() || !counters->has(counter)) continue;
    const Name name(name_of(counter));
    for (const CountedCall& call : counted) {
      batch.counters.push_back({call.scope.begin_ns, call.span.values[i], name.number(),
                                call.scope.thread, CounterUnit::events});
    }
  }
}

void TraceRecorder::State::add_up(const TraceBatch& batch,
                                  const std::vector<CountedCall>& counted) {
  const std::scoped_lock lock(mutex);
  losses.uncounted_operators += take_uncounted_operators();
  for (const CountedCall& call : counted) {
    if (call.span.is_scaled) ++losses.scaled_operators;
    if (counters) operators.add(call, *counters);
  }
  for (const ScopeEvent& scope : batch.scopes) {
    if (scope.end_ns < scope.begin_ns) ++losses.clock_anomalies;
    if (scope.kind == ScopeKind::op) operators.add(scope);
  }
  for (const KernelEvent& kernel : batch.kernels) kernels.add(kernel, losses.kernels_source);
}

// One portion. The threads that record never wait for a sink: no lock is held while it writes.
void TraceRecorder::State::drain() {
  TraceBatch batch;
  std::vector<CountedCall> counted;
  std::int64_t dropped = take_lost_records();
  {
    const std::scoped_lock lock(mutex);
    std::swap(batch, pending);
  }
  try {
    gather(batch, counted, dropped);
    add_up(batch, counted);
    if (!batch.is_empty()) dropped += deliver(batch);
  } catch (const std::bad_alloc&) {
    dropped += records_of(batch);
  }
  drop(dropped);
}

void TraceRecorder::State::drop(std::int64_t records) noexcept {
  const std::scoped_lock lock(mutex);
  losses.dropped_records += records;
}

// Keeps why the sink failed, also where there is no memory to keep it. Call in a handler.
void TraceRecorder::State::note_failure() noexcept {
  static constexpr const char* short_of_memory = "out of memory";  // fits into any string object
  const std::scoped_lock lock(mutex);
  has_failed = true;
  try {
    throw;
  } catch (const std::bad_alloc&) {
    failure = short_of_memory;
  } catch (const std::exception& error) {
    try {
      failure = error.what();
    } catch (const std::bad_alloc&) {
      failure = short_of_memory;
    }
  } catch (...) {
    failure = "unknown error";
  }
}

// Returns how many records nobody took.
std::int64_t TraceRecorder::State::deliver(const TraceBatch& batch) noexcept {
  std::int64_t lost = 0;
  try {
    if (observer != nullptr) observer->write(batch);
  } catch (...) {
    lost = records_of(batch);
  }
  if (sink == nullptr) return lost;
  if (has_failed) return records_of(batch);
  try {
    sink->write(batch);
    has_written = true;
    return lost;
  } catch (...) {
    note_failure();
    return records_of(batch);
  }
}

void TraceRecorder::State::run() {
  // Waits for a core rather than take one from the threads that train. On Linux that is of the
  // calling thread alone.
  constexpr int yielding = 10;
  [[maybe_unused]] const int level = ::nice(yielding);
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait_for(lock, drain_interval,
                     [&] { return is_ending || flushes_asked > flushes_done; });
    const bool ends = is_ending;
    const std::int64_t asked = flushes_asked;
    lock.unlock();
    drain();
    if (ends) drop(records_in_rings());  // there was no memory to take them out
    lock.lock();
    flushes_done = asked;
    changed.notify_all();
    if (ends) return;
  }
}

}  // namespace actscope::tracer
