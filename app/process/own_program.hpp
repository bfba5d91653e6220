// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace actscope::app {

/// The file of this program, to start it once more; found without /proc too.
/// Errors  EnvironmentError: the system does not say which file it is
std::filesystem::path own_program();

}  // namespace actscope::app
