// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace actscope::sweep {

/// The right of one scheduler to run one point: a file made exclusively, with host and process in
/// it, touched while the holder lives. No file locks: exclusive create and rename only, so that it
/// holds on shared file systems, too.
class Lease {
 public:
  /// Takes the lease, or not where another living holder has it. A holder is dead when its process
  /// on this host is gone, or when it, on another host, has not touched the file for a minute.
  /// Errors  EnvironmentError: the folder cannot be written to
  static bool try_take(const std::filesystem::path& file);

  /// Whether a living holder has the lease.
  static bool is_held(const std::filesystem::path& file);

  /// Tells others that the holder lives.
  static void touch(const std::filesystem::path& file) noexcept;

  static void give_back(const std::filesystem::path& file) noexcept;
};

}  // namespace actscope::sweep
