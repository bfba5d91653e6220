// SPDX-License-Identifier: Apache-2.0
#include "cupti/activity_buffers.hpp"

#include <cstring>
#include <new>

namespace actscope::tracer {

std::uint8_t* ActivityBuffers::hand_out() noexcept {
  std::unique_ptr<std::uint8_t[]> bytes;
  const std::scoped_lock lock(mutex_);
  if (!free_.empty()) {
    bytes = std::move(free_.back());
    free_.pop_back();
  } else {
    bytes.reset(new (std::nothrow) std::uint8_t[buffer_bytes]);
  }
  if (!bytes) {
    ++refused_;
    return nullptr;
  }
  std::memset(bytes.get(), 0, buffer_bytes);
  return bytes.release();
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

void ActivityBuffers::recycle(Filled filled) {
  const std::scoped_lock lock(mutex_);
  free_.push_back(std::move(filled.bytes));
}

}  // namespace actscope::tracer
