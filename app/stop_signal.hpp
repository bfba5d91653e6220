// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace actscope::app {

/// From now on the first SIGINT or SIGTERM only asks for a stop; the second one ends the process.
void catch_stop_signals();

bool is_stop_requested() noexcept;

/// A file that grows past the limit of the process (RLIMIT_FSIZE) is an error of the write, told
/// like a full disk, instead of the end of the process.
void ignore_file_size_signal();

}  // namespace actscope::app
