// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "actscope/base/sweep_record.hpp"
#include "actscope/base/sweep_spec.hpp"

namespace actscope::sweep {

/// Raises what is wrong with one configuration.
using Validate = std::function<void(const RunConfig&)>;

/// The points of a sweep, each once: for every seed the baselines (dense, exact, int4, checkpoint),
/// then schemes × blocks × sparsities, then its single points. A scheme without blocks is one
/// point. A point that asks for the impossible (a block larger than the tensor) is `skipped` with
/// its reason.
///
/// Errors  ConfigError: overrides of slots or operands beside several schemes; a sparsity outside
///         [0, 1); the first reason, where no point of the grid is possible
std::vector<SweepPointRecord> expand(const SweepSpec& spec, const Validate& validate);

/// "dense, exact, int4 and checkpoint": the schemes that a sweep adds to compare with.
std::string baseline_names();

}  // namespace actscope::sweep
