// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actscope/kernels/dtype.hpp"

namespace actscope::bench {

/// Numbers in a type of the operators, with the same numbers as f32 beside them.
class TypedValues {
 public:
  TypedValues() = default;
  /// Rounds `values` to `dtype`.
  TypedValues(std::vector<float> values, kernels::DType dtype);

  std::int64_t size() const { return static_cast<std::int64_t>(values_.size()); }
  /// The numbers in the type.
  const void* data() const;
  /// The rounded numbers as f32.
  const std::vector<float>& values() const { return values_; }

 private:
  std::vector<float> values_;
  std::vector<std::uint16_t> narrow_;  ///< bits; empty: values_ are of the type themselves
};

/// `values`, rounded to a type of two bytes.
/// Requires dtype of two bytes
std::vector<std::uint16_t> narrowed(const std::vector<float>& values, kernels::DType dtype);

}  // namespace actscope::bench
