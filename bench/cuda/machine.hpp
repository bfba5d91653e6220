// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/kernels_bench_record.hpp"
#include "device.hpp"
#include "kernels/element_type.hpp"

namespace actscope::bench::cuda {

/// What the device can do with numbers of a type: cuBLASLt's fastest large product, and copies
/// within device memory. A figure that cannot be had is missing with the reason.
///
/// Cost  seconds; some 2 GiB of device memory for a while
KernelsMachine measure_device(const ElementType& type, const Stream& stream);

}  // namespace actscope::bench::cuda
