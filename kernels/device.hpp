// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace actscope::kernels {

/// Facts about the CUDA back end, answered by cuda/device.cpp or no_cuda/device.cpp.
bool cuda_is_built() noexcept;
bool cuda_is_usable() noexcept;
/// What would run, or why it cannot and what to do.
std::string cuda_description();

/// "avx3_zen4": the instruction set that the CPU back end chose on this machine.
std::string cpu_instruction_set();

}  // namespace actscope::kernels
