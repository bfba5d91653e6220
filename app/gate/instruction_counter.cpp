// SPDX-License-Identifier: Apache-2.0
#include "gate/instruction_counter.hpp"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace actscope::app {

InstructionCounter::InstructionCounter(pid_t process) noexcept {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
  attributes.disabled = 1;
  attributes.enable_on_exec = 1;
  attributes.inherit = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  fd_ = static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, process, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

InstructionCounter::~InstructionCounter() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<std::int64_t> InstructionCounter::count() const noexcept {
  struct {
    std::uint64_t value, enabled, running;
  } counted{};
  if (fd_ < 0 || ::read(fd_, &counted, sizeof counted) != sizeof counted) return std::nullopt;
  if (counted.value == 0 || counted.running < counted.enabled) return std::nullopt;
  return static_cast<std::int64_t>(counted.value);
}

}  // namespace actscope::app
