// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "device.hpp"
#include "kernels/rival.hpp"

namespace actscope::bench::cuda {

/// Their constructors open libraries and touch no device; runs are enqueued on `stream`, which has
/// to outlive them.
void add_cublas_rivals(std::vector<std::unique_ptr<Rival>>& rivals, const Stream& stream);
void add_cusparse_rivals(std::vector<std::unique_ptr<Rival>>& rivals, const Stream& stream);

}  // namespace actscope::bench::cuda
