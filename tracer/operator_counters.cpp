// SPDX-License-Identifier: Apache-2.0
#include "operator_counters.hpp"

#include <mutex>
#include <utility>

namespace actscope::tracer {
namespace {

std::atomic<std::int64_t> uncounted{0};

struct ReaderInUse {
  std::mutex mutex;
  std::shared_ptr<CounterReader> reader;
  std::int64_t last_generation = 0;
};

// Never destroyed: threads record until the very end.
ReaderInUse& in_use() {
  static auto* all = new ReaderInUse;
  return *all;
}

// The counters of one thread. Only outermost operators are counted, so one is open at a time.
struct CountingThread {
  std::int64_t generation = 0;
  std::unique_ptr<ThreadCounters> counters;
  CounterReading begin;
  bool has_begun = false;
};

CountingThread& this_thread() noexcept {
  thread_local CountingThread thread;
  return thread;
}

// Holds the reader while it opens, because set_counter_reader may replace it meanwhile.
void open(CountingThread& thread, std::int64_t generation) noexcept {
  std::shared_ptr<CounterReader> reader;
  {
    const std::scoped_lock lock(in_use().mutex);
    reader = in_use().reader;
  }
  thread.generation = generation;
  thread.counters = reader ? reader->open() : nullptr;
}

}  // namespace

void set_counter_reader(std::shared_ptr<CounterReader> reader) {
  const std::scoped_lock lock(in_use().mutex);
  in_use().reader = std::move(reader);
  counting_generation = in_use().reader ? ++in_use().last_generation : 0;
}

void begin_counting() noexcept {
  const std::int64_t generation = counting_generation.load(std::memory_order_acquire);
  CountingThread& thread = this_thread();
  if (generation != thread.generation) open(thread, generation);
  thread.has_begun = thread.counters && thread.counters->read(thread.begin);
}

std::optional<CountedSpan> end_counting() noexcept {
  CountingThread& thread = this_thread();
  CounterReading end;
  std::optional<CountedSpan> span;
  if (thread.has_begun && thread.counters && thread.counters->read(end)) {
    span = counted_between(thread.begin, end);
  }
  thread.has_begun = false;
  if (!span) uncounted.fetch_add(1, std::memory_order_relaxed);
  return span;
}

std::int64_t take_uncounted_operators() noexcept {
  return uncounted.exchange(0, std::memory_order_relaxed);
}

}  // namespace actscope::tracer
