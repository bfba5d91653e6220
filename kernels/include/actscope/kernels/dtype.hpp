// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace actscope::kernels {

/// Element types of values. Sums and results are in the type itself for f32 and f64, in f32 for
/// bf16 and f16.
enum class DType { f32, f64, bf16, f16 };

/// Bytes of one element.
constexpr std::int64_t size_of(DType dtype) noexcept {
  switch (dtype) {
    case DType::f64:
      return 8;
    case DType::bf16:
    case DType::f16:
      return 2;
    default:
      return 4;
  }
}

/// "f32", "f64", "bf16", "f16".
constexpr std::string_view name_of(DType dtype) noexcept {
  switch (dtype) {
    case DType::f64:
      return "f64";
    case DType::bf16:
      return "bf16";
    case DType::f16:
      return "f16";
    default:
      return "f32";
  }
}

/// Type in which products of this type are summed and written.
constexpr DType result_of(DType dtype) noexcept {
  return size_of(dtype) == 2 ? DType::f32 : dtype;
}

}  // namespace actscope::kernels
