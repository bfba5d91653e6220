// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace actscope::app {

/// An array for execve; the texts must outlive it.
std::vector<char*> exec_pointers(const std::vector<std::string>& texts);

/// What a child does between fork and exec, by calls that are safe there: it dies with `parent`,
/// and ends at once where that is gone, takes back the signals that this program had when it
/// was started, has a group of its own, so that Ctrl-C reaches this program alone, writes to the
/// descriptors and reads nothing.
void begin_child(int out, int error, pid_t parent) noexcept;

}  // namespace actscope::app
