// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include "common/sum_of.hpp"
#include "panels.cuh"

/// Where selection and gathering take the values of a matrix from.
namespace actscope::kernels::cuda {

/// Φ, the distribution of normal numbers. S is the type that values are computed in.
template <class S>
__device__ S normal_cdf(S h) {
  return static_cast<S>(0.5) * (1 + erf(h * static_cast<S>(0.70710678118654752)));
}

/// A matrix in memory.
template <class T>
struct StoredValues {
  using Element = T;
  DeviceMatrix<const T> x;

  __device__ T operator()(std::int64_t group, std::int64_t row, std::int64_t col) const {
    return x.row(group, row)[col];
  }
};

/// gelu(h), computed where it is asked for and, with `u`, written there.
template <class T>
struct GeluValues {
  using Element = T;
  DeviceMatrix<const T> h;
  DeviceMatrix<T> u;

  __device__ T operator()(std::int64_t group, std::int64_t row, std::int64_t col) const {
    const SumOf<T> value = h.row(group, row)[col];
    const T result = static_cast<T>(value * normal_cdf(value));
    if (u.data != nullptr) u.row(group, row)[col] = result;
    return result;
  }
};

}  // namespace actscope::kernels::cuda
