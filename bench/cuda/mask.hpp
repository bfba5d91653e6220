// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "actscope/kernels/dtype.hpp"

namespace actscope::bench::cuda {

/// result = x ⊙ mask, `count` numbers of one type each, enqueued.
/// Requires memory aligned to 16 bytes; dtype f32, bf16 or f16
void apply_mask(kernels::DType dtype, const void* x, const void* mask, void* result,
                std::int64_t count, cudaStream_t stream);

}  // namespace actscope::bench::cuda
