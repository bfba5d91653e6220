// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/host_device.hpp"

namespace actscope::kernels::cuda {

/// Quotients by a number that is known before the launch, by one multiplication.
///
/// Requires n · divisor < 2³¹: with m = ⌊2³¹/d⌋ + 1, n·m is above n·2³¹/d by less than 2³¹/d then
class Divider {
 public:
  Divider() = default;
  /// Requires divisor >= 1
  explicit Divider(std::int64_t divisor)
      : divisor_(static_cast<std::uint32_t>(divisor)), reciprocal_((1U << 31) / divisor_ + 1) {}

  ACTSCOPE_HOST_DEVICE int quotient(int n) const {
    const std::uint64_t product = std::uint64_t{static_cast<std::uint32_t>(n)} * reciprocal_;
    return static_cast<int>(product >> 31);
  }
  /// ⌈n / divisor⌉
  ACTSCOPE_HOST_DEVICE int quotient_up(int n) const { return quotient(n + divisor() - 1); }
  ACTSCOPE_HOST_DEVICE int divisor() const { return static_cast<int>(divisor_); }

 private:
  std::uint32_t divisor_ = 1;
  std::uint32_t reciprocal_ = (1U << 31) + 1;
};

}  // namespace actscope::kernels::cuda
