// SPDX-License-Identifier: Apache-2.0
#include "recorder_state.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>

#include "actscope/tracer/name.hpp"
#include "thread_rings.hpp"

namespace actscope::tracer {
namespace {

constexpr auto drain_interval = std::chrono::milliseconds(20);
// When a portion is handed on: a crash loses what was not.
constexpr auto portion_age = std::chrono::milliseconds(200);
constexpr std::int64_t portion_records = 1 << 14;
std::atomic<std::int64_t> lost_records{0};

std::int64_t records_of(const TraceBatch& batch) noexcept {
  return static_cast<std::int64_t>(batch.scopes.size() + batch.memory.size() +
                                   batch.kernels.size() + batch.counters.size() +
                                   batch.ledger.size() + batch.graphs.size());
}

// Keeps the room: portions are of much the same size.
void forget(TraceBatch& batch) noexcept {
  batch.new_names.clear();
  batch.scopes.clear();
  batch.memory.clear();
  batch.kernels.clear();
  batch.counters.clear();
  batch.ledger.clear();
  batch.graphs.clear();
}

// Calls `visit` for every list that other threads fill: all but scopes and memory events.
template <class Visit>
void for_each_list(TraceBatch& batch, TraceBatch& left, const Visit& visit) {
  visit(batch.kernels, left.kernels);
  visit(batch.counters, left.counters);
  visit(batch.ledger, left.ledger);
  visit(batch.graphs, left.graphs);
}

// Appends all of `left`, or nothing where there is no memory for it.
void append(TraceBatch& batch, TraceBatch& left) {
  for_each_list(batch, left, [](auto& to, auto& from) { to.reserve(to.size() + from.size()); });
  for_each_list(batch, left,
                [](auto& to, auto& from) { std::ranges::move(from, std::back_inserter(to)); });
}

}  // namespace

void count_lost_record() noexcept {
  lost_records.fetch_add(1, std::memory_order_relaxed);
}

std::int64_t take_lost_records() noexcept {
  return lost_records.exchange(0, std::memory_order_relaxed);
}

// Everything that lies in the rings and was left by other threads.
void TraceRecorder::State::take() {
  if (portion.is_empty()) portion_begin = std::chrono::steady_clock::now();
  TraceBatch left;
  {
    const std::scoped_lock lock(mutex);
    std::swap(left, pending);
  }
  std::int64_t dropped = take_lost_records();
  try {
    append(portion, left);
  } catch (const std::bad_alloc&) {
    dropped += records_of(left);
  }
  try {
    for (const auto& rings : all_thread_rings())
      dropped += take_from(*rings, rings.use_count() == 1);
  } catch (const std::bad_alloc&) {  // no memory for the list of rings: they keep their records
  }
  drop(dropped);
}

// Returns how many records were lost. Records that find no memory stay in the ring for the next
// time; is_last: the ring's thread is gone and nobody will drain the ring again.
std::int64_t TraceRecorder::State::take_from(ThreadRings& rings, bool is_last) {
  try {
    rings.scopes.drain(portion.scopes);
    rings.memory.drain(portion.memory);
    rings.counts.drain(counted);
  } catch (const std::bad_alloc&) {
  }
  const std::size_t left = rings.scopes.size() + rings.memory.size() + rings.counts.size();
  return rings.scopes.take_dropped() + rings.memory.take_dropped() + rings.counts.take_dropped() +
         (is_last ? static_cast<std::int64_t>(left) : 0);
}

bool TraceRecorder::State::is_portion_due() const {
  return records_of(portion) >= portion_records ||
         std::chrono::steady_clock::now() - portion_begin >= portion_age;
}

// A counter's name is known before the records that need it.
void TraceRecorder::State::tell_counted() {
  if (!counters) return;
  for (std::size_t i = 0; i < hardware_counter_count; ++i) {
    const auto counter = static_cast<HardwareCounter>(i);
    if (counted.empty() || !counters->has(counter)) continue;
    const Name name(name_of(counter));
    for (const CountedCall& call : counted) {
      portion.counters.push_back({call.scope.begin_ns, call.span.values[i], name.number(),
                                  call.scope.thread, CounterUnit::events});
    }
  }
}

void TraceRecorder::State::add_up() {
  const std::scoped_lock lock(mutex);
  losses.uncounted_operators += take_uncounted_operators();
  for (const CountedCall& call : counted) {
    if (call.span.is_scaled) ++losses.scaled_operators;
    if (counters) operators.add(call, *counters);
  }
  for (const ScopeEvent& scope : portion.scopes) {
    if (scope.end_ns < scope.begin_ns) ++losses.clock_anomalies;
    if (scope.kind == ScopeKind::op) operators.add(scope);
  }
  for (const KernelEvent& kernel : portion.kernels) kernels.add(kernel, losses.kernels_source);
}

// Hands the portion, if there is one, to sums and sinks. No lock is held while a sink writes, so
// the threads that record never wait for it.
void TraceRecorder::State::hand_on() {
  std::int64_t dropped = 0;
  try {
    tell_counted();
    add_up();
    if (!portion.is_empty()) {  // names alone wait for the records that need them
      // After the records: every name in them is known by now.
      portion.new_names = names_from(names_given);
      names_given += portion.new_names.size();
      dropped += deliver();
    }
  } catch (const std::bad_alloc&) {
    dropped += records_of(portion);
  }
  forget(portion);
  counted.clear();
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

// Hands the portion to observer and sink. Returns how many records were lost.
std::int64_t TraceRecorder::State::deliver() noexcept {
  std::int64_t lost = 0;
  try {
    if (observer != nullptr) observer->write(portion);
  } catch (...) {
    lost = records_of(portion);
  }
  if (sink == nullptr) return lost;
  if (has_failed) return records_of(portion);
  try {
    sink->write(portion);
    has_written = true;
    return lost;
  } catch (...) {
    note_failure();
    return records_of(portion);
  }
}

void TraceRecorder::State::run() {
  // With a lower priority this thread waits for a core rather than take one from the threads that
  // train. On Linux `nice` changes the calling thread alone.
  constexpr int yielding = 10;
  [[maybe_unused]] const int level = ::nice(yielding);
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait_for(lock, drain_interval,
                     [&] { return is_ending || flushes_asked > flushes_done; });
    const bool ends = is_ending;
    const std::int64_t asked = flushes_asked;
    lock.unlock();
    take();
    const bool is_asked = ends || asked > flushes_done;
    if (is_asked || is_portion_due()) hand_on();
    if (ends) drop(records_in_rings());  // records that found no memory
    lock.lock();
    flushes_done = asked;
    changed.notify_all();
    if (ends) return;
  }
}

}  // namespace actscope::tracer
