// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/environment_record.hpp"

namespace actscope {

/// Facts about this build and the machine that it runs on, and when it was asked. What libraries
/// know, GPU, kernel back end, threads, is left empty.
EnvironmentRecord describe_machine();

}  // namespace actscope
