// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace actscope::kernels::cuda {

/// Digits that keys are looked for by, from the top.
constexpr int digit_bits = 8;
constexpr unsigned digits = 1u << digit_bits;

}  // namespace actscope::kernels::cuda
