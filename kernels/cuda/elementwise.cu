// SPDX-License-Identifier: Apache-2.0
// Element-wise passes: one thread an element, or, where codes are written, one byte of codes.
#include "common/gelu_codebook.hpp"
#include "kernels.hpp"
#include "launch.cuh"
#include "matrix_values.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned element_threads = 256;

/// Lengths of the matrices of a pass.
struct Extent {
  std::int64_t rows;  ///< of a group
  std::int64_t cols;
  std::int64_t items;  ///< groups · rows · cols
};

Extent extent_of(const ConstMatrixView& view) {
  return {view.rows, view.cols, view.total_rows() * view.cols};
}

GridPlan grid_of(std::int64_t items) {
  return plan_grid(items, element_threads, element_threads);
}

__device__ std::int64_t first_item() {
  return std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
}
__device__ std::int64_t item_stride() {
  return std::int64_t{gridDim.x} * blockDim.x;
}

template <class T>
__device__ T& at(const DeviceMatrix<T>& matrix, const Extent& extent, std::int64_t item) {
  const std::int64_t row = item / extent.cols;
  return matrix.row(row / extent.rows, row % extent.rows)[item % extent.cols];
}

// S is the type that T is computed in.
template <class S>
__device__ S derivative_of(S h, S cdf) {
  return fma(h * exp(-h * h / 2), static_cast<S>(0.39894228040143268), cdf);
}

template <class T>
__device__ T multiply_add(T p, T q, T r) {
  using S = SumOf<T>;
  return static_cast<T>(fma(static_cast<S>(p), static_cast<S>(q), static_cast<S>(r)));
}

// y = p·q + r, of which p, or p and r, are vectors by feature
template <class T>
__global__ void affine_kernel(DeviceMatrix<const T> x, const T* alpha, const T* beta,
                              DeviceMatrix<T> y, Extent extent) {
  for (std::int64_t i = first_item(); i < extent.items; i += item_stride()) {
    const std::int64_t c = i % extent.cols;
    at(y, extent, i) = multiply_add(alpha[c], at(x, extent, i), beta[c]);
  }
}

template <class T>
__global__ void add_scaled_kernel(DeviceMatrix<const T> x, const T* gamma, DeviceMatrix<const T> t,
                                  DeviceMatrix<T> y, Extent extent) {
  for (std::int64_t i = first_item(); i < extent.items; i += item_stride()) {
    at(y, extent, i) = multiply_add(gamma[i % extent.cols], at(t, extent, i), at(x, extent, i));
  }
}

template <class T>
__global__ void gelu_kernel(DeviceMatrix<const T> h, DeviceMatrix<T> u, Extent extent) {
  for (std::int64_t i = first_item(); i < extent.items; i += item_stride()) {
    const SumOf<T> value = at(h, extent, i);
    at(u, extent, i) = static_cast<T>(value * normal_cdf(value));
  }
}

// codes [groups · rows, row_bytes]
template <class T>
__global__ void gelu_code_kernel(DeviceMatrix<const T> h, DeviceMatrix<T> u, Extent extent,
                                 int bits, std::int64_t row_bytes, std::int64_t bytes,
                                 std::uint8_t* codes) {
  const GeluCodebook codebook = gelu_codebook(bits);
  const std::int64_t per_byte = 8 / bits;
  for (std::int64_t i = first_item(); i < bytes; i += item_stride()) {
    const std::int64_t row = i / row_bytes;
    const std::int64_t first = i % row_bytes * per_byte;
    const std::int64_t end = min(first + per_byte, extent.cols);
    unsigned byte = 0;
    for (std::int64_t c = first; c < end; ++c) {
      const SumOf<T> value = at(h, extent, row * extent.cols + c);
      at(u, extent, row * extent.cols + c) = static_cast<T>(value * normal_cdf(value));
      byte |= codebook.code(value) << ((c - first) * bits);
    }
    codes[i] = static_cast<std::uint8_t>(byte);
  }
}

template <class T>
__global__ void gelu_backward_kernel(DeviceMatrix<const T> du, DeviceMatrix<const T> h,
                                     DeviceMatrix<T> dh, DeviceMatrix<T> u, Extent extent) {
  for (std::int64_t i = first_item(); i < extent.items; i += item_stride()) {
    const SumOf<T> value = at(h, extent, i);
    const SumOf<T> gradient = at(du, extent, i);
    const SumOf<T> cdf = normal_cdf(value);
    if (u.data != nullptr) at(u, extent, i) = static_cast<T>(value * cdf);
    at(dh, extent, i) = static_cast<T>(gradient * derivative_of(value, cdf));
  }
}

template <class T>
__global__ void from_code_kernel(DeviceMatrix<const T> du, DeviceMatrix<T> dh, Extent extent,
                                 int bits, std::int64_t row_bytes, const std::uint8_t* codes) {
  const GeluCodebook codebook = gelu_codebook(bits);
  for (std::int64_t i = first_item(); i < extent.items; i += item_stride()) {
    const std::int64_t first_bit = i % extent.cols * bits;
    const unsigned byte = codes[i / extent.cols * row_bytes + first_bit / 8];
    const unsigned code = (byte >> (first_bit % 8)) & ((1u << bits) - 1);
    const SumOf<T> gradient = at(du, extent, i);
    at(dh, extent, i) = static_cast<T>(gradient * static_cast<SumOf<T>>(codebook.level[code]));
  }
}

}  // namespace

void affine(void* stream, const ConstMatrixView& x, const void* alpha, const void* beta,
            const MatrixView& y) {
  with_type(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Extent extent = extent_of(x);
    launch("affine", grid_of(extent.items), stream, affine_kernel<T>, device_matrix<const T>(x),
           static_cast<const T*>(alpha), static_cast<const T*>(beta), device_matrix<T>(y), extent);
  });
}

void add_scaled(void* stream, const ConstMatrixView& x, const void* gamma, const ConstMatrixView& t,
                const MatrixView& y) {
  with_type(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Extent extent = extent_of(x);
    launch("add_scaled", grid_of(extent.items), stream, add_scaled_kernel<T>,
           device_matrix<const T>(x), static_cast<const T*>(gamma), device_matrix<const T>(t),
           device_matrix<T>(y), extent);
  });
}

void gelu(void* stream, const ConstMatrixView& h, const MatrixView& u, const GeluCode& code) {
  with_type(h.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Extent extent = extent_of(h);
    if (code.codes == nullptr) {
      launch("gelu", grid_of(extent.items), stream, gelu_kernel<T>, device_matrix<const T>(h),
             device_matrix<T>(u), extent);
      return;
    }
    const std::int64_t row_bytes = code_bytes(code.bits, h.cols);
    const std::int64_t bytes = h.total_rows() * row_bytes;
    launch("gelu, codes", grid_of(bytes), stream, gelu_code_kernel<T>, device_matrix<const T>(h),
           device_matrix<T>(u), extent, static_cast<int>(code.bits), row_bytes, bytes, code.codes);
  });
}

void gelu_backward(void* stream, const ConstMatrixView& du, const ConstMatrixView& h,
                   const MatrixView& dh, const MatrixView* u) {
  with_type(du.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Extent extent = extent_of(du);
    launch("gelu_backward", grid_of(extent.items), stream, gelu_backward_kernel<T>,
           device_matrix<const T>(du), device_matrix<const T>(h), device_matrix<T>(dh),
           device_matrix<T>(u == nullptr ? MatrixView{} : *u), extent);
  });
}

void gelu_backward_from_code(void* stream, const ConstMatrixView& du, CodeBits bits,
                             const std::uint8_t* codes, const MatrixView& dh) {
  with_type(du.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Extent extent = extent_of(du);
    launch("gelu_backward_from_code", grid_of(extent.items), stream, from_code_kernel<T>,
           device_matrix<const T>(du), device_matrix<T>(dh), extent, static_cast<int>(bits),
           code_bytes(bits, du.cols), codes);
  });
}

}  // namespace actscope::kernels::cuda
