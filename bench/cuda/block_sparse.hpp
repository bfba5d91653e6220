// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "device.hpp"
#include "kernels/block_sparse.hpp"

namespace actscope::bench::cuda {

/// Ours in device memory, enqueued on `stream`.
/// Requires problem and stream to outlive the result
/// Errors   DeviceError
std::unique_ptr<BlockSparse> make_device_block_sparse(const Problem& problem,
                                                      const kernels::BlockSpec& spec,
                                                      const Stream& stream);

}  // namespace actscope::bench::cuda
