// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace actscope::app {

/// Goes on as another program of the same process, with the arguments and environment of this one.
/// It finds signals as this one's parent had them. Timers whose signal has a handler here end: the
/// handler does not come along, and without one they would end the process.
/// Requires prepare_process
/// Errors  EnvironmentError: it cannot be started
[[noreturn]] void become(const std::filesystem::path& program);

}  // namespace actscope::app
