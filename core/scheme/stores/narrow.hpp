// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/check.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "actscope/kernels/narrow_float.hpp"

namespace actscope::core {

/// The element type of bf16 and fp8.
inline kernels::NarrowFloat narrow_float(StoreKind kind) {
  if (kind == StoreKind::bf16) return kernels::NarrowFloat::bf16;
  if (kind == StoreKind::fp8) return kernels::NarrowFloat::fp8;
  unreachable("a store without narrow floats");
}

}  // namespace actscope::core
