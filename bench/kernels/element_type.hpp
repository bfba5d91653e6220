// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/dtype.hpp"

namespace actscope::bench {

/// A value of --dtype: how numbers are kept and, of f32, how they are multiplied. The one list of
/// those that are measured.
struct ElementType {
  std::string_view name;  ///< "fp32", "bf16", …
  kernels::DType dtype = kernels::DType::f32;
  kernels::Precision precision = kernels::Precision::strict;

  friend bool operator==(const ElementType&, const ElementType&) = default;
};

inline constexpr ElementType fp32{"fp32", kernels::DType::f32};
inline constexpr ElementType tf32{"tf32", kernels::DType::f32, kernels::Precision::tf32};
inline constexpr ElementType bf16{"bf16", kernels::DType::bf16};
inline constexpr ElementType fp16{"fp16", kernels::DType::f16};

std::span<const ElementType> element_types();

/// Errors  ConfigError: unknown name, with the known ones
ElementType element_type(std::string_view name);

/// Whether the operators of a back end take it.
bool takes(kernels::Backend backend, const ElementType& type);

}  // namespace actscope::bench
