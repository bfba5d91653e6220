// SPDX-License-Identifier: Apache-2.0
#include "trace/disk_reserve.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace actscope::reports {

DiskReserve::DiskReserve(const std::filesystem::path& folder, std::int64_t bytes) noexcept
    : file_(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600)) {
  if (file_ >= 0 && ::posix_fallocate(file_, 0, bytes) != 0) release();
}

void DiskReserve::release() noexcept {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

}  // namespace actscope::reports
