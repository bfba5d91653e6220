// SPDX-License-Identifier: Apache-2.0
#include <c10/cuda/CUDAStream.h>

namespace actscope::core {

void* current_cuda_stream(int device_index) {
  return c10::cuda::getCurrentCUDAStream(static_cast<c10::DeviceIndex>(device_index)).stream();
}

}  // namespace actscope::core
