// SPDX-License-Identifier: Apache-2.0
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAStream.h>

#include "tensors/cuda_stream.hpp"

namespace actscope::core {
namespace {

// Where there is none left, the product goes without: the same bits in more time.
void* take_scratch(std::int64_t bytes, void* stream) {
  try {
    return c10::cuda::CUDACachingAllocator::raw_alloc_with_stream(
        static_cast<std::size_t>(bytes), static_cast<cudaStream_t>(stream));
  } catch (const c10::OutOfMemoryError&) {
    return nullptr;
  }
}

// The allocator gives it out again on the same stream, after the work that uses it.
void give_back_scratch(void* memory) noexcept {
  c10::cuda::CUDACachingAllocator::raw_delete(memory);
}

}  // namespace

void* current_cuda_stream(int device_index) {
  return c10::cuda::getCurrentCUDAStream(static_cast<c10::DeviceIndex>(device_index)).stream();
}

const kernels::ScratchSource* cuda_scratch() noexcept {
  static constexpr kernels::ScratchSource source{&take_scratch, &give_back_scratch};
  return &source;
}

}  // namespace actscope::core
