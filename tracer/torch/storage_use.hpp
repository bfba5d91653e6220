// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace actscope::tracer {

/// How many bytes of one storage are elements of at least one of these tensors on it.
///
/// Tensors of more than 65536 separate pieces count with everything between their first and last
/// element.
std::int64_t used_bytes(const std::vector<at::Tensor>& tensors);

}  // namespace actscope::tracer
