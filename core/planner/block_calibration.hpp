// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "actscope/base/plan_record.hpp"
#include "actscope/base/progress.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "planner/block_ways.hpp"

namespace actscope::core {

/// What calibration measures with: one block of the model at its batch, random parameters and
/// activations.
struct CalibrationSettings {
  ResMlpGeometry geometry;
  std::int64_t batch = 0;
  std::string device = "cpu";
  std::int64_t workspace_bytes = 0;
  std::int64_t seed = 0;
  std::int64_t rounds = 3;  ///< every way once a round, after one that warms up
  ElementType activations = ElementType::fp32;
};

/// Runs forward and backward of one block every way, in interleaved rounds. `stop_requested` is
/// asked between blocks; where it says so, the result is empty.
///
/// Units   seconds, the least of the rounds; bytes of the allocator
/// Requires ways.front() of plain autograd, whose gradients are the exact ones
/// Errors  DeviceError, BackendNotBuilt; c10::Error where memory does not suffice
std::vector<PlanCandidate> calibrate(const std::vector<BlockWay>& ways,
                                     const CalibrationSettings& settings, ProgressSink& progress,
                                     const std::function<bool()>& stop_requested);

}  // namespace actscope::core
