// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/dtype.hpp"

namespace actscope::kernels::cpu {

/// y = p·q + r over one row, chosen for the machine's instruction set at run time; types of two
/// bytes are computed in f32 and rounded at the end. y may be one of the others.
void multiply_add(DType dtype, const void* p, const void* q, const void* r, void* y,
                  std::int64_t count);

}  // namespace actscope::kernels::cpu
