// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/recorder.hpp"

#include <atomic>
#include <exception>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/tracer/scope.hpp"
#include "clock.hpp"
#include "nvtx.hpp"
#include "recorder_state.hpp"
#include "saturated.hpp"
#include "thread_rings.hpp"

namespace actscope::tracer {
namespace {

std::atomic<bool> has_recorder{false};

// Empties the rings that an earlier recorder has left.
void empty_rings() {
  for (const auto& rings : all_thread_rings()) {
    TraceBatch old;
    rings->scopes.drain(old.scopes);
    rings->memory.drain(old.memory);
    rings->scopes.take_dropped();
    rings->memory.take_dropped();
    std::vector<CountedCall> counted;
    rings->counts.drain(counted);
    rings->counts.take_dropped();
  }
  take_lost_records();
  take_uncounted_operators();
}

}  // namespace

TraceRecorder::TraceRecorder(const RecorderOptions& options) {
  if (has_recorder.exchange(true)) {
    throw TraceError(error_text("a second trace was asked for", "one is being recorded",
                                "end the first before"));
  }
  try {
    prepare_clock();
    set_ring_capacity(options.ring_records);
    empty_rings();
    state_ = std::make_unique<State>();
    state_->sink = options.sink;
    state_->observer = options.observer;
    if (options.counters && !options.counters->source().empty()) {
      state_->counters = options.counters;
      state_->losses.counters_source = options.counters->source();
    }
    state_->losses.counters_reason =
        options.counters ? options.counters->reason() : "no counters were asked for";
    set_counter_reader(state_->counters);
    state_->losses.kernels_reason = "no device was traced";
    state_->drainer = std::thread([state = state_.get()] { state->run(); });
  } catch (const std::exception& error) {  // no memory, no thread
    has_recorder = false;
    throw TraceError(error_text("no trace can be recorded", error.what(), ""));
  }
}

TraceRecorder::~TraceRecorder() {
  finish();
  has_recorder = false;
}

// Only at the end is it known why threads could not count.
void TraceRecorder::stop_counting() {
  if (!state_->counters) return;
  try {
    set_counter_reader(nullptr);
    const std::string reason = state_->counters->reason();
    const std::scoped_lock lock(state_->mutex);
    state_->losses.counters_reason = reason;
  } catch (const std::exception&) {  // no memory for the text: the one from the start stands
  }
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

void TraceRecorder::add_ledger(const StoreLedger& ledger) {
  for (const SlotBytes& bytes : ledger.slots()) {
    const LedgerEvent event{current_step(), Name(bytes.layer).number(), Name(bytes.slot).number(),
                            bytes.stored_bytes, bytes.shared_bytes};
    state_->leave([&] { state_->pending.ledger.push_back(event); });
  }
}

void TraceRecorder::add_graph(LedgerRecord ledger) {
  state_->leave([&] { state_->pending.graphs.push_back(std::move(ledger)); });
}

void TraceRecorder::add_counter(Name name, std::int64_t value) {
  set_nvtx_counter(name.number(), value);
  const CounterEvent event{now_ns(), value, name.number()};
  state_->leave([&] { state_->pending.counters.push_back(event); });
}

void TraceRecorder::add_kernels(std::vector<KernelEvent> kernels) {
  for (KernelEvent& kernel : kernels) {
    state_->leave([&] { state_->pending.kernels.push_back(std::move(kernel)); });
  }
}

void TraceRecorder::add_losses(const TraceRecord& losses) {
  state_->leave([&] {
    state_->losses.dropped_records += losses.dropped_records;
    state_->losses.untimed_records += losses.untimed_records;
    state_->losses.clock_anomalies += losses.clock_anomalies;
    state_->losses.unplaced_kernels += losses.unplaced_kernels;
    state_->losses.overhead_ns = sum_at_most(state_->losses.overhead_ns, losses.overhead_ns);
    state_->losses.driver_allocations += losses.driver_allocations;
    state_->losses.driver_allocated_bytes =
        sum_at_most(state_->losses.driver_allocated_bytes, losses.driver_allocated_bytes);
    state_->losses.kernels_source = losses.kernels_source;
    state_->losses.kernels_reason = losses.kernels_reason;
  });
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
  stop_counting();
  if (!state_->has_written || state_->has_failed) return;
  try {
    state_->sink->finish(state_->losses);
  } catch (...) {
    state_->note_failure();
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
