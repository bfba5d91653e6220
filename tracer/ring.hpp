// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

namespace actscope::tracer {

/// Records of one thread on their way to another: one writer, one reader, no lock. A record that
/// finds no room is dropped and counted.
template <class Record>
class Ring {
 public:
  /// `capacity` is a power of two.
  explicit Ring(std::size_t capacity) : records_(capacity), mask_(capacity - 1) {}

  void push(const Record& record) noexcept {
    const std::size_t end = end_.load(std::memory_order_relaxed);
    if (end - begin_.load(std::memory_order_acquire) == records_.size()) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    records_[end & mask_] = record;
    end_.store(end + 1, std::memory_order_release);
  }

  /// Moves what is there to the back of `out`.
  void drain(std::vector<Record>& out) {
    std::size_t begin = begin_.load(std::memory_order_relaxed);
    const std::size_t end = end_.load(std::memory_order_acquire);
    if (const std::size_t size = out.size() + (end - begin); size > out.capacity()) {
      out.reserve(std::max(size, 2 * out.capacity()));  // doubles: drain is called often
    }
    for (; begin != end; ++begin) out.push_back(records_[begin & mask_]);
    begin_.store(begin, std::memory_order_release);
  }

  /// Records that wait to be drained.
  std::size_t size() const noexcept {
    return end_.load(std::memory_order_acquire) - begin_.load(std::memory_order_relaxed);
  }

  /// Dropped since the last call.
  std::int64_t take_dropped() noexcept { return dropped_.exchange(0, std::memory_order_relaxed); }

 private:
  std::vector<Record> records_;
  std::size_t mask_;
  alignas(64) std::atomic<std::size_t> begin_{0};
  alignas(64) std::atomic<std::size_t> end_{0};
  std::atomic<std::int64_t> dropped_{0};
};

/// A ring that takes its memory at its first record: most threads never have one.
template <class Record>
class LateRing {
 public:
  explicit LateRing(std::size_t capacity) : capacity_(capacity) {}
  ~LateRing() { delete ring_.load(); }
  LateRing(const LateRing&) = delete;
  LateRing& operator=(const LateRing&) = delete;

  /// A record that finds no memory is dropped and counted, as one that finds no room.
  void push(const Record& record) noexcept {
    Ring<Record>* ring = ring_.load(std::memory_order_relaxed);
    if (ring == nullptr) {
      try {
        ring = new Ring<Record>(capacity_);
      } catch (const std::exception&) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return;
      }
      ring_.store(ring, std::memory_order_release);
    }
    ring->push(record);
  }

  void drain(std::vector<Record>& out) {
    if (Ring<Record>* ring = ring_.load(std::memory_order_acquire)) ring->drain(out);
  }
  std::size_t size() const noexcept {
    const Ring<Record>* ring = ring_.load(std::memory_order_acquire);
    return ring == nullptr ? 0 : ring->size();
  }
  std::int64_t take_dropped() noexcept {
    Ring<Record>* ring = ring_.load(std::memory_order_acquire);
    return dropped_.exchange(0, std::memory_order_relaxed) +
           (ring == nullptr ? 0 : ring->take_dropped());
  }

 private:
  std::size_t capacity_;
  std::atomic<Ring<Record>*> ring_{nullptr};
  std::atomic<std::int64_t> dropped_{0};
};

}  // namespace actscope::tracer
