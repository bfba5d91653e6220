// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace actscope {

/// How many cores this process may use at once.
struct UsableCores {
  std::int64_t count = 1;          ///< the least of what follows, rounded down, from 1
  std::int64_t by_affinity = 1;    ///< cores that its threads may run on
  std::optional<double> by_quota;  ///< cores' worth of time a control group grants; none: no limit
  std::filesystem::path quota_file;  ///< where the least quota stands
};

/// Reads what the system grants: the affinity of the calling thread, and the CPU quota of its
/// control group and of every group above it (cpu.max of version 2, cpu.cfs_quota_us of version 1).
///
/// A quota of 2.5 cores counts as 2: a third thread would stand still for half of the time, and the
/// others of its parallel regions with it.
///
/// Requires root is the folder that holds `proc` and the mounted control groups: "/", or a test's
/// Errors   none: what cannot be read, as without /proc, sets no limit
UsableCores usable_cores(const std::filesystem::path& root = "/");

/// "2 cores", with what makes them fewer than there are.
std::string describe(const UsableCores& cores);

}  // namespace actscope
