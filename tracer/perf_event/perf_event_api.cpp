// SPDX-License-Identifier: Apache-2.0
#include "perf_event_api.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace actscope::tracer {

// glibc has no function for it.
PerfEventApi perf_event_api() {
  return {.open = [](const perf_event_attr& attributes, int group) -> int {
            const long descriptor = ::syscall(SYS_perf_event_open, &attributes, /*pid: this*/ 0,
                                              /*cpu: any*/ -1, group, PERF_FLAG_FD_CLOEXEC);
            return descriptor < 0 ? -errno : static_cast<int>(descriptor);
          },
          .read = [](int descriptor, void* to,
                     std::size_t bytes) { return ::read(descriptor, to, bytes); },
          .close = [](int descriptor) { ::close(descriptor); },
          .paranoid = []() -> std::optional<int> {
            std::ifstream file("/proc/sys/kernel/perf_event_paranoid");
            int level = 0;
            if (file >> level) return level;
            return std::nullopt;
          }};
}

}  // namespace actscope::tracer
