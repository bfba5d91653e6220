// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace actscope::reports {

/// A decimal number of microseconds, as JSON writes it, in nanoseconds: exact to the nanosecond
/// where a double would not be. What is out of range becomes the nearest that fits.
std::int64_t nanoseconds_of_microseconds(std::string_view number);

}  // namespace actscope::reports
