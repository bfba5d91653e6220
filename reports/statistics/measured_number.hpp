// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "actscope/base/measured.hpp"

namespace actscope::reports {

/// A measured number as one to calculate with; absent where it was not measured.
template <class Number>
std::optional<double> number(const Measured<Number>& measured) {
  if (!measured.value) return std::nullopt;
  return static_cast<double>(*measured.value);
}

}  // namespace actscope::reports
