// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace actscope::kernels {

/// Element types of values. Accumulation is in the type itself (f32, f64).
enum class DType { f32, f64 };

/// Bytes of one element.
constexpr std::int64_t size_of(DType dtype) noexcept {
  return dtype == DType::f32 ? 4 : 8;
}

/// "f32", "f64".
constexpr std::string_view name_of(DType dtype) noexcept {
  return dtype == DType::f32 ? "f32" : "f64";
}

}  // namespace actscope::kernels
