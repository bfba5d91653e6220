// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

namespace actscope::reports {

/// Room on the disk of a folder that is kept until it is needed: a file without a name, so that
/// nothing is left behind however the program ends. Where there is no such room, none is held.
class DiskReserve {
 public:
  DiskReserve(const std::filesystem::path& folder, std::int64_t bytes) noexcept;
  ~DiskReserve() { release(); }
  DiskReserve(const DiskReserve&) = delete;
  DiskReserve& operator=(const DiskReserve&) = delete;

  bool is_held() const noexcept { return file_ >= 0; }
  /// Gives the room back.
  void release() noexcept;

 private:
  int file_ = -1;
};

}  // namespace actscope::reports
