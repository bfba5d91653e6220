// SPDX-License-Identifier: Apache-2.0
// Narrow copies, one thread an element.
#include "common/narrow_bits.hpp"
#include "kernels.hpp"
#include "launch.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned narrow_threads = 256;

// values [elements]; narrow [elements] of the format's width
template <class T>
__global__ void narrow_kernel(const T* values, std::int64_t elements, NarrowFloat format,
                              void* narrow) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < elements;
       i += stride) {
    const std::uint32_t bits = __float_as_uint(static_cast<float>(values[i]));
    if (format == NarrowFloat::bf16) {
      static_cast<std::uint16_t*>(narrow)[i] = bf16_from_f32(bits);
    } else {
      static_cast<std::uint8_t*>(narrow)[i] = fp8_from_f32(bits);
    }
  }
}

template <class T>
__global__ void widen_kernel(const void* narrow, std::int64_t elements, NarrowFloat format,
                             T* values) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < elements;
       i += stride) {
    const std::uint32_t bits = format == NarrowFloat::bf16
                                   ? f32_from_bf16(static_cast<const std::uint16_t*>(narrow)[i])
                                   : f32_from_fp8(static_cast<const std::uint8_t*>(narrow)[i]);
    values[i] = static_cast<T>(__uint_as_float(bits));
  }
}

}  // namespace

void narrow_values(void* stream, DType dtype, const void* values, std::int64_t elements,
                   NarrowFloat format, void* narrow) {
  with_real(dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("narrow_values", plan_grid(elements, narrow_threads, narrow_threads), stream,
           narrow_kernel<T>, static_cast<const T*>(values), elements, format, narrow);
  });
}

void widen_values(void* stream, DType dtype, NarrowFloat format, const void* narrow,
                  std::int64_t elements, void* values) {
  with_real(dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("widen_values", plan_grid(elements, narrow_threads, narrow_threads), stream,
           widen_kernel<T>, narrow, elements, format, static_cast<T*>(values));
  });
}

}  // namespace actscope::kernels::cuda
