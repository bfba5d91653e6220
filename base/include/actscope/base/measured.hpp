// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace actscope {

/// A number that may be unknown; then `reason` says why. Never NaN or Inf.
template <class Number>
struct Measured {
  std::optional<Number> value;
  std::string reason;  ///< why value is absent; empty where it is present

  static Measured of(Number number) { return {number, {}}; }
  static Measured missing(std::string why) { return {std::nullopt, std::move(why)}; }
};

}  // namespace actscope
