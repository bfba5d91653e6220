// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/codec.hpp"

namespace actscope::kernels::cpu {

/// Encodes `elements` values that begin at a group's first, chosen for the machine's instruction
/// set at run time; the bits are those of common/code_scale.hpp. `first_group` is the group's
/// number for stochastic rounding.
///
/// Shapes  values [elements]; codes [code_bytes]; scales [code_groups]
void encode_groups(const float* values, std::int64_t elements, CodeBits bits,
                   const Rounding& rounding, std::int64_t first_group, std::uint8_t* codes,
                   CodeScale* scales);

}  // namespace actscope::kernels::cpu
