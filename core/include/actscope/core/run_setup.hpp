// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/environment_record.hpp"
#include "actscope/base/footprint_record.hpp"
#include "actscope/base/run_config.hpp"

namespace actscope::core {

/// The predicted footprint of a configuration, without reading data or allocating the model. A
/// published model is taken with any data set. `sparsity_share`: how much of its sparsity the
/// scheme has, all of it where the schedule has ended. Errors  ConfigError, UnsupportedBlockSize:
/// as make_scheme and resolve_geometry
FootprintRecord footprint_of(const RunConfig& config, double sparsity_share = 1);

/// Facts about this machine and build.
EnvironmentRecord describe_environment();
/// The same, with the back end that the configuration's device takes.
EnvironmentRecord environment_of(const RunConfig& config);

}  // namespace actscope::core
