// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "actscope/reports/gate/measurement.hpp"

namespace actscope::app {

/// Counts of the system since it started: what two readings differ by is how busy it was between.
/// Absent: the system does not say. Units: seconds.
struct SystemCounts {
  std::optional<double> all_s;         ///< of all cores together
  std::optional<double> busy_s;        ///< of them, not idle and not stolen
  std::optional<double> stolen_s;      ///< of them, given to other guests by the host
  std::optional<double> waiting_s;     ///< some task waited for a core (PSI, cpu, some)
  std::optional<double> frequency_hz;  ///< mean of the cores just now
};

/// Reads /proc/stat, /proc/pressure/cpu and the frequencies in /sys.
/// Requires root is the folder that holds `proc` and `sys`: "/", or a test's
/// Errors   none: what cannot be read is absent
SystemCounts read_system_counts(const std::filesystem::path& root = "/");

/// The load between two readings, `own_s` of the busy time being ours.
reports::RoundLoad load_between(const SystemCounts& before, const SystemCounts& after,
                                double elapsed_s, double own_s);

}  // namespace actscope::app
