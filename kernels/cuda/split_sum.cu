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

__device__ void add_to(float4& sum, const float4& more) {
  sum.x += more.x;
  sum.y += more.y;
  sum.z += more.z;
  sum.w += more.w;
}

// The same, four elements a thread: rows of whole aligned vectors.
// parts [count, rows, row_vectors]; out [rows, row_vectors], `row_stride` vectors apart
__global__ void add_vectors_kernel(const float4* parts, std::int64_t count, std::uint32_t vectors,
                                   std::uint32_t row_vectors, float4* out, std::int64_t row_stride,
                                   Output output) {
  for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < vectors;
       i += gridDim.x * blockDim.x) {
    const std::uint32_t row = i / row_vectors;
    float4& result = out[row * row_stride + (i - row * row_vectors)];
    float4 sum = parts[i];
    if (output == Output::accumulate) {
      float4 before = result;
      add_to(before, sum);
      sum = before;
    }
#pragma unroll 4
    for (std::int64_t part = 1; part < count; ++part) add_to(sum, parts[part * vectors + i]);
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
  const bool in_vectors = out.cols % 4 == 0 && out.row_stride % 4 == 0 &&
                          elements / 4 < std::int64_t{1} << 31 &&
                          reinterpret_cast<std::uintptr_t>(parts) % 16 == 0 &&
                          reinterpret_cast<std::uintptr_t>(out.data) % 16 == 0;
  if (in_vectors) {
    const std::int64_t vectors = elements / 4;
    launch("add_parts", plan_grid(vectors, sum_threads, sum_threads), stream, add_vectors_kernel,
           reinterpret_cast<const float4*>(parts), count, static_cast<std::uint32_t>(vectors),
           static_cast<std::uint32_t>(out.cols / 4), static_cast<float4*>(out.data),
           out.row_stride / 4, output);
    return;
  }
  launch("add_parts", plan_grid(elements, sum_threads, sum_threads), stream, add_parts_kernel,
         parts, count, elements, out.cols, device_matrix<float>(out), output);
}

}  // namespace actscope::kernels::cuda
