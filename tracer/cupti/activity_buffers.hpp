// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace actscope::tracer {

/// Memory that CUPTI writes records into: handed out, filled, read and used again. Called from
/// CUPTI's callbacks on any thread: never throws.
class ActivityBuffers {
 public:
  static constexpr std::size_t buffer_bytes = std::size_t{4} << 20U;

  struct Filled {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t valid_bytes = 0;
  };

  /// A zeroed buffer, or null where there is no memory: CUPTI then drops records and counts them.
  std::uint8_t* hand_out() noexcept;
  void take_back(std::uint8_t* buffer, std::size_t valid_bytes) noexcept;

  /// The filled ones, in order of completion.
  std::vector<Filled> take_filled();
  /// For another use.
  void recycle(Filled filled);

  /// Buffers that could not be handed out or kept.
  std::int64_t refused() const noexcept { return refused_; }

 private:
  std::mutex mutex_;
  std::vector<Filled> filled_;
  std::vector<std::unique_ptr<std::uint8_t[]>> free_;
  std::int64_t refused_ = 0;
};

}  // namespace actscope::tracer
