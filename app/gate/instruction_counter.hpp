// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace actscope::app {

/// Counts the instructions that a process and all that it starts execute in user mode, from its
/// next exec on.
/// Source  perf_event_open(2)
class InstructionCounter {
 public:
  /// Where the system or the processor gives no counter, there is none and count() says nothing.
  /// Requires a process of ours that has not yet executed its program
  explicit InstructionCounter(pid_t process) noexcept;
  ~InstructionCounter();
  InstructionCounter(const InstructionCounter&) = delete;
  InstructionCounter& operator=(const InstructionCounter&) = delete;

  /// After the process has ended. Absent: no counter, or it had to take turns with others.
  std::optional<std::int64_t> count() const noexcept;

 private:
  int fd_ = -1;
};

}  // namespace actscope::app
