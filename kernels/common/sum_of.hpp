// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "common/host_device.hpp"

namespace actscope::kernels {

/// Type of sums over T: float for the types of two bytes, else T itself.
template <class T>
using SumOf = std::conditional_t<sizeof(T) == 2, float, T>;

/// A value of a block that is rescaled; a scale of 1 changes no bit.
template <class T>
ACTSCOPE_HOST_DEVICE T scaled(T value, float scale) {
  if (scale == 1.0F) return value;
  return static_cast<T>(static_cast<SumOf<T>>(value) * static_cast<SumOf<T>>(scale));
}

}  // namespace actscope::kernels
