// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/environment_record.hpp"

namespace actscope::reports {

/// The machine and the build of a measurement in one line.
std::string environment_text(const EnvironmentRecord& environment);

}  // namespace actscope::reports
