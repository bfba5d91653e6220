// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "device_layout.hpp"

namespace actscope::kernels::cuda {

/// Matrix view with typed elements, passed to kernels by value; groups as in BasicMatrixView.
template <class T>
struct DeviceMatrix {
  T* data;
  std::int64_t group_stride;
  std::int64_t row_stride;

  __device__ T* row(std::int64_t group, std::int64_t index) const {
    return data + group * group_stride + index * row_stride;
  }
};

template <class T, class View>
DeviceMatrix<T> device_matrix(const View& view) {
  return {static_cast<T*>(view.data), view.group_stride, view.row_stride};
}

/// Whether block number `block` of a panel is kept; `words` are the panel's own.
__device__ inline bool is_kept(const std::uint32_t* words, std::int64_t block) {
  return (words[block >> 5] >> (block & 31)) & 1u;
}

/// Kept blocks among the numbers [first, end) of a panel.
__device__ inline std::int64_t count_kept(const std::uint32_t* words, std::int64_t first,
                                          std::int64_t end) {
  if (first >= end) return 0;
  const std::int64_t first_word = first >> 5;
  const std::int64_t last_word = (end - 1) >> 5;
  std::int64_t count = 0;
  for (std::int64_t word = first_word; word <= last_word; ++word) {
    std::uint32_t bits = words[word];
    if (word == first_word) bits &= ~0u << (first & 31);
    if (word == last_word) bits &= ~0u >> (31 - ((end - 1) & 31));
    count += __popc(bits);
  }
  return count;
}

}  // namespace actscope::kernels::cuda
