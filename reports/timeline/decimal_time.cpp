// SPDX-License-Identifier: Apache-2.0
#include "timeline/decimal_time.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace actscope::reports {

std::int64_t nanoseconds_of_microseconds(std::string_view number) {
  constexpr std::int64_t most = 4'000'000'000'000'000'000;
  if (number.find_first_of("eE") != std::string_view::npos) {
    const double value = std::strtod(std::string(number).c_str(), nullptr) * 1e3;
    return std::llround(std::clamp(value, -static_cast<double>(most), static_cast<double>(most)));
  }
  const bool is_negative = number.starts_with('-');
  std::int64_t value = 0;
  int decimals = -1;  // before the point
  for (const char digit : number.substr(is_negative ? 1 : 0)) {
    if (digit == '.') {
      decimals = 0;
      continue;
    }
    if (decimals == 3) break;
    if (decimals >= 0) ++decimals;
    value = value * 10 + (digit - '0');
    if (decimals < 0 && value >= most / 1000) return is_negative ? -most : most;
  }
  for (decimals = std::max(decimals, 0); decimals < 3; ++decimals) value *= 10;
  return is_negative ? -value : value;
}

}  // namespace actscope::reports
