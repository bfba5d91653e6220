// SPDX-License-Identifier: Apache-2.0
// Adds up the parts of a reduction that was split among thread blocks.
#include "kernels.hpp"
#include "launch.cuh"
#include "panels.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned sum_threads = 256;

// In the order in which one thread block would add them: the same bits with and without a split.
// parts [count, rows, cols]; out [rows, cols]
__global__ void add_parts_kernel(const float* parts, std::int64_t count, std::int64_t elements,
                                 std::int64_t cols, DeviceMatrix<float> out, Output output) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < elements;
       i += stride) {
    float& result = out.row(0, i / cols)[i % cols];
    float sum = output == Output::accumulate ? result + parts[i] : parts[i];
#pragma unroll 4
    for (std::int64_t part = 1; part < count; ++part) sum += parts[part * elements + i];
    result = sum;
  }
}

// out [rows, cols]
template <class T>
__global__ void clear_kernel(DeviceMatrix<T> out, std::int64_t elements, std::int64_t cols) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < elements;
       i += stride) {
    out.row(0, i / cols)[i % cols] = T{0};
  }
}

}  // namespace

void add_nothing(void* stream, const MatrixView& out, Output output) {
  if (output == Output::accumulate) return;
  with_real(out.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const std::int64_t elements = out.rows * out.cols;
    launch("add_nothing", plan_grid(elements, sum_threads, sum_threads), stream, clear_kernel<T>,
           device_matrix<T>(out), elements, out.cols);
  });
}

void add_parts(void* stream, const float* parts, std::int64_t count, const MatrixView& out,
               Output output) {
  const std::int64_t elements = out.rows * out.cols;
  launch("add_parts", plan_grid(elements, sum_threads, sum_threads), stream, add_parts_kernel,
         parts, count, elements, out.cols, device_matrix<float>(out), output);
}

}  // namespace actscope::kernels::cuda
