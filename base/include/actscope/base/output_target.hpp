// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace actscope {

/// Where the bytes for a name that a user gave go: symbolic links are followed, and what is no
/// regular file is written through, never replaced by one.
struct OutputTarget {
  std::filesystem::path path;  ///< the file itself, behind all links
  /// True: a regular file, or none yet; the new one is made beside it and renamed. False: a pipe, a
  /// device or an open file of a process, which takes the bytes as they come.
  bool is_replaced = true;
  /// The open file of this process that the name stands for (/dev/stdout, /proc/self/fd/3), so that
  /// a redirection keeps its place in the file; else −1.
  int descriptor = -1;
};

/// Errors  EnvironmentError: the name is that of a folder, of a file that may not be written to or
///         of a descriptor that is not open, or its links go in circles
/// Effects none: nothing is opened or made
OutputTarget output_target(const std::filesystem::path& named);

/// Raises the error that `path` cannot be written; all such errors have these words.
[[noreturn]] void refuse_output(const std::filesystem::path& path, const std::string& why,
                                const std::string& remedy);

}  // namespace actscope
