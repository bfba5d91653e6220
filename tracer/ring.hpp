// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace actscope::tracer {

/// Records of one thread on their way to another: one writer, one reader, no lock. A record that
/// finds no room is dropped and counted. Its memory is touched as records come: a thread with few
/// takes little.
/// Source  docs/decisions/0058
template <class Record>
class Ring {
 public:
  explicit Ring(std::size_t capacity) : records_(capacity) {}

  void push(const Record& record) noexcept {
    if (!records_.push(record)) dropped_.fetch_add(1, std::memory_order_relaxed);
  }

  /// Moves what is there to the back of `out`; the reader's. Without memory for it nothing moves.
  void drain(std::vector<Record>& out) {
    const std::size_t before = out.size(), waiting = records_.read_available();
    out.resize(before + waiting);
    records_.pop(out.data() + before, waiting);
  }

  /// Records that wait to be drained; the reader's.
  std::size_t size() const noexcept { return records_.read_available(); }

  /// Dropped since the last call.
  std::int64_t take_dropped() noexcept { return dropped_.exchange(0, std::memory_order_relaxed); }

 private:
  boost::lockfree::spsc_queue<Record> records_;
  std::atomic<std::int64_t> dropped_{0};
};

}  // namespace actscope::tracer
