// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "device.hpp"
#include "kernels/rival.hpp"

namespace actscope::bench::cuda {

/// Add rivals whose constructors open libraries and touch no device. Runs are enqueued on `stream`,
/// which has to outlive the rivals.
void add_cublas_rivals(std::vector<std::unique_ptr<Rival>>& rivals, const Stream& stream);
void add_cusparse_rivals(std::vector<std::unique_ptr<Rival>>& rivals, const Stream& stream);

}  // namespace actscope::bench::cuda
