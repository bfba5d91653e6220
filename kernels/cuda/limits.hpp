// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace actscope::kernels::cuda {

/// What the launches of a device are planned by; asked once a device and kept.
struct DeviceLimits {
  std::int64_t shared_bytes = 0;     ///< most that a thread block may ask for
  std::int64_t multiprocessors = 0;  ///< that thread blocks are shared out among
};

/// Multiprocessors that are planned for where no device answers: those of an H100 or H200.
inline constexpr std::int64_t usual_multiprocessors = 132;

/// The limits of the current device.
/// Errors  DeviceError: no device answers
DeviceLimits device_limits();

/// Multiprocessors of the current device; usual_multiprocessors where none answers.
std::int64_t multiprocessors() noexcept;

/// Lets a kernel ask for so much dynamic shared memory on the current device. The attribute is set
/// where it grows, not at every launch.
/// Errors  DeviceError: the device has less
void allow_shared_bytes(const void* kernel, std::int64_t bytes, const char* name);

}  // namespace actscope::kernels::cuda
