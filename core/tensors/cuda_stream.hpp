// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/kernels/backend.hpp"

namespace actscope::core {

/// The current CUDA stream of a device (cuda_stream.cpp), or nothing to ask (no_cuda_stream.cpp).
/// Errors  BackendNotBuilt: a build without CUDA
void* current_cuda_stream(int device_index);
/// Memory of the caching allocator, of the current device; null in a build without CUDA.
const kernels::ScratchSource* cuda_scratch() noexcept;

}  // namespace actscope::core
