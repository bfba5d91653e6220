// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace actscope {

/// Output for people: progress, remarks, errors. It never stops work: where stderr is closed, its
/// disk full or its terminal gone, the text is lost and nothing else.
///
/// Requires SIGPIPE to be ignored where stderr may be a pipe that nobody reads
/// Errors   none

/// Writes one line to stderr, made visible (visible_text.hpp).
void tell(std::string_view line) noexcept;

/// Writes to stderr as it is, for control characters of our own.
void write_to_stderr(std::string_view bytes) noexcept;

/// Opens a stand-in where stdin, stdout or stderr is closed, so that no file that is opened later
/// becomes one of them and gets what is meant for people. Reading or writing there fails as before.
void hold_standard_files() noexcept;

}  // namespace actscope
