// SPDX-License-Identifier: Apache-2.0
#include "cupti/activity_buffers.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace actscope::tracer {

std::uint8_t* ActivityBuffers::hand_out() noexcept {
  const std::scoped_lock lock(mutex_);
  if (!free_.empty()) {
    std::uint8_t* bytes = free_.back().release();
    free_.pop_back();
    return bytes;
  }
  auto* bytes = new (std::nothrow) std::uint8_t[buffer_bytes]();
  if (bytes == nullptr) ++refused_;
  return bytes;
}

void ActivityBuffers::take_back(std::uint8_t* buffer, std::size_t valid_bytes) noexcept {
  if (buffer == nullptr) return;
  std::unique_ptr<std::uint8_t[]> bytes(buffer);
  const std::scoped_lock lock(mutex_);
  try {
    filled_.push_back({std::move(bytes), valid_bytes});
  } catch (const std::bad_alloc&) {
    ++refused_;
  }
}

std::vector<ActivityBuffers::Filled> ActivityBuffers::take_filled() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(filled_, {});
}

// Beyond the valid bytes nothing was written.
void ActivityBuffers::recycle(Filled filled) {
  std::memset(filled.bytes.get(), 0, std::min(filled.valid_bytes, buffer_bytes));
  const std::scoped_lock lock(mutex_);
  free_.push_back(std::move(filled.bytes));
}

}  // namespace actscope::tracer
