// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/recorder.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/tracer/scope.hpp"
#include "nvtx.hpp"
#include "thread_rings.hpp"
#include "timing_sums.hpp"

namespace actscope::tracer {
namespace {

constexpr auto drain_interval = std::chrono::milliseconds(20);
std::atomic<bool> has_recorder{false};

}  // namespace

struct TraceRecorder::State {
  TraceSink* sink;
  detail::OpenScope step_scope;

  // What other threads leave for the next portion.
  std::mutex mutex;
  std::condition_variable changed;
  TraceBatch pending;
  TraceRecord losses;
  std::int64_t flushes_asked = 0, flushes_done = 0;
  bool is_ending = false, has_written = false;
  std::string failure;
  TimingSums operators, kernels;

  std::size_t names_given = 0;  // of the draining thread alone
  std::thread drainer;

  void run();
  void drain();
  void deliver(const TraceBatch& batch);
};

// One portion: everything that lies in the rings, and what was added directly.
void TraceRecorder::State::drain() {
  TraceBatch batch;
  std::int64_t dropped = 0;
  {
    const std::scoped_lock lock(mutex);
    std::swap(batch, pending);
  }
  for (const auto& rings : all_thread_rings()) {
    rings->scopes.drain(batch.scopes);
    rings->memory.drain(batch.memory);
    dropped += rings->scopes.take_dropped() + rings->memory.take_dropped();
  }
  const std::scoped_lock lock(mutex);
  losses.dropped_records += dropped;
  if (batch.is_empty()) return;  // names alone wait for the records that need them
  // After the records: every name in them is known by now.
  batch.new_names = names_from(names_given);
  names_given += batch.new_names.size();
  for (const ScopeEvent& scope : batch.scopes) {
    if (scope.end_ns < scope.begin_ns) ++losses.clock_anomalies;
    if (scope.kind == ScopeKind::op) operators.add(scope);
  }
  for (const KernelEvent& kernel : batch.kernels) kernels.add(kernel, losses.kernels_source);
  deliver(batch);
}

// Requires the lock. A sink that failed once gets nothing more.
void TraceRecorder::State::deliver(const TraceBatch& batch) {
  if (sink == nullptr) return;
  if (failure.empty()) {
    try {
      sink->write(batch);
      has_written = true;
      return;
    } catch (const std::exception& error) {
      failure = error.what();
    }
  }
  losses.dropped_records +=
      static_cast<std::int64_t>(batch.scopes.size() + batch.memory.size() + batch.kernels.size() +
                                batch.counters.size() + batch.ledger.size() + batch.graphs.size());
}

void TraceRecorder::State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait_for(lock, drain_interval,
                     [&] { return is_ending || flushes_asked > flushes_done; });
    const bool ends = is_ending;
    const std::int64_t asked = flushes_asked;
    lock.unlock();
    bool has_drained = true;
    try {
      drain();
    } catch (const std::bad_alloc&) {
      has_drained = false;
    }
    lock.lock();
    if (!has_drained) ++losses.dropped_records;
    flushes_done = asked;
    changed.notify_all();
    if (ends) return;
  }
}

TraceRecorder::TraceRecorder(const RecorderOptions& options) {
  if (has_recorder.exchange(true)) {
    throw TraceError(error_text("a second trace was asked for", "one is being recorded",
                                "end the first before"));
  }
  set_ring_capacity(options.ring_records);
  for (const auto& rings : all_thread_rings()) {  // what an earlier recorder left
    TraceBatch old;
    rings->scopes.drain(old.scopes);
    rings->memory.drain(old.memory);
    rings->scopes.take_dropped();
    rings->memory.take_dropped();
  }
  state_ = std::make_unique<State>();
  state_->sink = options.sink;
  state_->losses.kernels_reason = "no device was traced";
  state_->drainer = std::thread([state = state_.get()] { state->run(); });
}

TraceRecorder::~TraceRecorder() {
  finish();
  has_recorder = false;
}

void TraceRecorder::begin_step(std::int64_t step) {
  set_current_step(static_cast<std::int32_t>(step));
  detail::recording = true;
  state_->step_scope = {};
  static const Name name("step");
  detail::open_place(state_->step_scope, ScopeKind::step, name.number(), {});
}

void TraceRecorder::end_step() {
  if (!state_->step_scope.is_open) return;
  detail::close(state_->step_scope);
  state_->step_scope = {};
  detail::recording = false;
  set_current_step(-1);
  const std::scoped_lock lock(state_->mutex);
  ++state_->losses.traced_steps;
}

void TraceRecorder::add_ledger(const SavedLedger& ledger) {
  const std::scoped_lock lock(state_->mutex);
  for (const SlotBytes& bytes : ledger.slots()) {
    state_->pending.ledger.push_back({current_step(), Name(bytes.layer).number(),
                                      Name(bytes.slot).number(), bytes.stored_bytes,
                                      bytes.shared_bytes});
  }
}

void TraceRecorder::add_graph(LedgerRecord ledger) {
  const std::scoped_lock lock(state_->mutex);
  state_->pending.graphs.push_back(std::move(ledger));
}

void TraceRecorder::add_counter(Name name, std::int64_t value) {
  set_nvtx_counter(name.number(), value);
  const std::scoped_lock lock(state_->mutex);
  state_->pending.counters.push_back({now_ns(), value, name.number()});
}

void TraceRecorder::add_kernels(std::vector<KernelEvent> kernels) {
  const std::scoped_lock lock(state_->mutex);
  for (KernelEvent& kernel : kernels) state_->pending.kernels.push_back(std::move(kernel));
}

void TraceRecorder::add_losses(const TraceRecord& losses) {
  const std::scoped_lock lock(state_->mutex);
  state_->losses.dropped_records += losses.dropped_records;
  state_->losses.untimed_records += losses.untimed_records;
  state_->losses.clock_anomalies += losses.clock_anomalies;
  state_->losses.kernels_source = losses.kernels_source;
  state_->losses.kernels_reason = losses.kernels_reason;
}

void TraceRecorder::flush() {
  std::unique_lock lock(state_->mutex);
  if (state_->is_ending) return;
  const std::int64_t mine = ++state_->flushes_asked;
  state_->changed.notify_all();
  state_->changed.wait(lock, [&] { return state_->flushes_done >= mine; });
}

void TraceRecorder::finish() {
  end_step();
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->is_ending) return;
    state_->is_ending = true;
    state_->changed.notify_all();
  }
  state_->drainer.join();
  if (!state_->has_written || !state_->failure.empty()) return;
  try {
    state_->sink->finish(state_->losses);
  } catch (const std::exception& error) {
    state_->failure = error.what();
  }
}

std::vector<OperatorTiming> TraceRecorder::operators() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->operators.rows();
}

std::vector<OperatorTiming> TraceRecorder::kernels() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->kernels.rows();
}

TraceRecord TraceRecorder::losses() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->losses;
}

std::string TraceRecorder::sink_failure() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->failure;
}

}  // namespace actscope::tracer
