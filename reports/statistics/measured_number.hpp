// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "actscope/base/measured.hpp"

namespace actscope::reports {

/// A measured number as one to calculate with; absent where it was not measured.
template <class Number>
std::optional<double> number(const Measured<Number>& measured) {
  if (!measured.value) return std::nullopt;
  return static_cast<double>(*measured.value);
}

/// A whole number in digits; empty where it was not measured.
inline std::string digits(const Measured<std::int64_t>& measured) {
  return measured.value ? std::to_string(*measured.value) : std::string();
}

}  // namespace actscope::reports
