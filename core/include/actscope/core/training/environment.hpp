// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/environment_record.hpp"
#include "actscope/base/run_config.hpp"

namespace actscope::core {

/// Facts about this machine and build.
EnvironmentRecord describe_environment();
/// The same, with the back end that the configuration's device takes.
EnvironmentRecord environment_of(const RunConfig& config);

}  // namespace actscope::core
