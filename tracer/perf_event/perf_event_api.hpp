// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/perf_event.h>
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>

namespace actscope::tracer {

/// The system calls that counting takes; tests put others in their place.
struct PerfEventApi {
  /// The descriptor of a counter of the calling thread in the group of another (-1: its own), or
  /// -errno.
  std::function<int(const perf_event_attr& attributes, int group)> open;
  std::function<ssize_t(int descriptor, void* to, std::size_t bytes)> read;
  std::function<void(int descriptor)> close;
  /// kernel.perf_event_paranoid; nothing where it cannot be read.
  std::function<std::optional<int>()> paranoid;
};

/// Those of the system.
PerfEventApi perf_event_api();

}  // namespace actscope::tracer
