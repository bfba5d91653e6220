// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/run_config.hpp"
#include "actscope/base/run_record.hpp"

namespace actscope {

enum class PointStatus { pending, running, done, failed, skipped };

/// Why a point is in the sweep: asked for, or added to compare with.
enum class PointRole { grid, baseline };

/// One configuration of a sweep and what became of it.
struct SweepPointRecord {
  std::string id;  ///< hash of configuration and seed; also the name of its folder below points/
  PointRole role = PointRole::grid;
  PointStatus status = PointStatus::pending;
  std::string reason;  ///< why it failed or was skipped; empty otherwise
  RunConfig config;    ///< without `out`
  std::string report;  ///< its report.json, relative to the folder of the sweep; empty: none yet
  std::optional<RunSummary> summary;  ///< of a point that is done
  std::int64_t heldout_samples = 0;   ///< behind the accuracy; 0: unknown
  double elapsed_s = 0;               ///< of its process, the last try; 0: unknown
  std::int64_t tries = 0;
};

/// All that is known of a sweep; `reports` writes it as an `actscope.sweep` document.
struct SweepRecord {
  EnvironmentRecord environment;
  std::vector<SweepPointRecord> points;  ///< baselines of a seed before its grid
};

/// "pending", "running", "done", "failed", "skipped".
const char* name_of(PointStatus status);
/// "grid", "baseline".
const char* name_of(PointRole role);

}  // namespace actscope
