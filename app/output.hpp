// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace actscope::app {

/// Writes a result to stdout, made visible (actscope/base/visible_text.hpp): JSON means the same
/// afterwards. run_program says at the end of the program where that failed.
void write_output(std::string_view text);

/// Writes a result to a file, and says so on stderr unless `quiet`; to stdout where `file` is
/// empty. Errors  EnvironmentError: the file cannot be written
void write_result(std::string_view text, const std::string& file, bool quiet);

/// Hands on what was written. Returns false once something could not be.
bool flush_output();

/// The line on stderr that ends a command, behind all that was printed: "actscope: text".
void tell_end(std::string_view text);

}  // namespace actscope::app
