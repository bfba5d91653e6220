// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace actscope::app {

/// The file of this program, to start it once more; found without /proc too.
/// Errors  EnvironmentError: it cannot be told
std::filesystem::path own_program();

}  // namespace actscope::app
