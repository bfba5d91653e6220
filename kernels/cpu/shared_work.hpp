// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace actscope::kernels::cpu {

/// Waits a moment: the first thousands of times awake, then letting other threads run.
void wait_a_moment(std::int64_t moments_before);

/// Waits until is_reached() says true.
template <class Condition>
void wait_until(const Condition& is_reached) {
  for (std::int64_t moments = 0; !is_reached(); ++moments) wait_a_moment(moments);
}

/// Pieces of work that the threads of a parallel region take one by one, whoever is there first.
/// Unlike in a loop of OpenMP, nobody waits for a thread that has not woken yet: where threads
/// sleep between two regions, waking one takes some 50 µs.
class SharedWork {
 public:
  explicit SharedWork(std::int64_t pieces) : pieces_(pieces) {}
  SharedWork(const SharedWork&) = delete;
  SharedWork& operator=(const SharedWork&) = delete;

  std::int64_t pieces() const noexcept { return pieces_; }

  /// The next number that no thread has taken; pieces() or more where none is left.
  std::int64_t take() { return next_.fetch_add(1, std::memory_order_relaxed); }
  /// Called once for each number taken, when it is done.
  void finish_one() { done_.fetch_add(1, std::memory_order_release); }

  /// Calls piece(number) for one number after the other that no thread has taken.
  template <class Piece>
  void run(const Piece& piece) {
    for (std::int64_t number = take(); number < pieces_; number = take()) {
      piece(number);
      finish_one();
    }
  }

  /// Waits until all pieces are done.
  /// Requires run to have been called by this thread, so that nothing is left untaken
  void wait() const {
    wait_until([this] { return done_.load(std::memory_order_acquire) >= pieces_; });
  }

 private:
  std::int64_t pieces_;
  alignas(64) std::atomic<std::int64_t> next_{0};
  alignas(64) std::atomic<std::int64_t> done_{0};
};

/// Makes the thread that opened a region come last to its end, where it would else sleep until
/// woken. Called by every thread of the region after its last piece of `work`.
void leave_region(const SharedWork& work);

}  // namespace actscope::kernels::cpu
