// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>

namespace actscope::tracer {

/// Memory for finding accesses outside of a block, where sanitizers do not see (LibTorch and the
/// libraries it carries): each block ends where a page begins that cannot be touched, and begins
/// behind another one. The slack that whole pages and alignment leave (below 64 bytes behind the
/// block, below a page before it) holds a pattern, looked at when the block is given back. What was
/// given back cannot be touched for a while. Fresh blocks hold bytes of 255, in floating point no
/// number, so that reading what nobody wrote shows in a loss.
///
/// A read or write outside ends the process by SIGSEGV where it happens; a write into the slack by
/// a line on stderr and SIGABRT where the block is given back. A read of the slack is not seen.
///
/// Units    bytes
/// Effects  thread-safe; two or three mappings a live block, one a returned block, of the 65530
///          that Linux allows a process (vm.max_map_count)
class GuardPageMemory {
 public:
  /// As LibTorch aligns on a CPU.
  static constexpr std::size_t alignment = 64;

  struct Limits {
    std::size_t live_blocks = 16384;     ///< guarded at once; more are left to the caller
    std::size_t returned_blocks = 4096;  ///< that cannot be touched yet
  };

  struct Counters {
    std::int64_t guarded_blocks = 0;  ///< handed out so far
    std::int64_t refused_blocks = 0;  ///< left to the caller: a limit, or the system gave no pages
  };

  GuardPageMemory() : GuardPageMemory(Limits()) {}
  explicit GuardPageMemory(const Limits& limits) : limits_(limits) {}
  ~GuardPageMemory();
  GuardPageMemory(const GuardPageMemory&) = delete;
  GuardPageMemory& operator=(const GuardPageMemory&) = delete;

  /// Null, counted as refused, where a limit is reached or the system has no pages; null for 0.
  void* allocate(std::size_t bytes);

  /// False, and nothing done, where the block is not from here (or was given back before).
  bool release(void* block);

  Counters counters() const;

 private:
  struct Mapping {
    std::byte* begin = nullptr;  // the guard page before the block
    std::size_t bytes = 0;       // both guard pages included
    std::size_t block_bytes = 0;
  };

  static void check_slack(const std::byte* block, const Mapping& mapping);
  void retire(const Mapping& mapping);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<const void*, Mapping> live_;
  std::deque<Mapping> returned_;
  Counters counters_;
};

}  // namespace actscope::tracer
