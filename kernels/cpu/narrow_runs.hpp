// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Runs of f32 from and to narrow floats, chosen for the machine's instruction set at run time; the
/// bits are those of common/narrow_bits.hpp.
namespace actscope::kernels::cpu {

void narrow_run(const float* values, std::int64_t count, std::uint16_t* bf16);
void narrow_run(const float* values, std::int64_t count, std::uint8_t* fp8);
void widen_run(const std::uint16_t* bf16, std::int64_t count, float* values);
void widen_run(const std::uint8_t* fp8, std::int64_t count, float* values);

}  // namespace actscope::kernels::cpu
