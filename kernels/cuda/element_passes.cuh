// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <initializer_list>

#include "actscope/kernels/matrix_view.hpp"
#include "launch.cuh"
#include "panels.cuh"

/// How an element-wise pass goes over matrices. Where all of them are contiguous and aligned a
/// thread takes runs of eight elements, 16 bytes at a time, and knows nothing of rows; elsewhere a
/// thread block takes whole rows. No element costs a division either way.
namespace actscope::kernels::cuda {

constexpr int run_elements = 8;
constexpr unsigned pass_threads = 256;

/// Eight neighboring elements, read and written as whole vectors.
template <class T>
struct alignas(16) Run {
  T at[run_elements];
};

template <class T>
__device__ Run<T> load_run(const T* matrix, std::uint32_t run) {
  return reinterpret_cast<const Run<T>*>(matrix)[run];
}
template <class T>
__device__ void store_run(T* matrix, std::uint32_t run, const Run<T>& values) {
  reinterpret_cast<Run<T>*>(matrix)[run] = values;
}

/// Rows of the matrices of a pass.
struct PassExtent {
  std::int64_t rows;      ///< of a group
  std::int64_t all_rows;  ///< of all groups
};

/// Whether whole runs cover every row of these matrices of one shape, and vectors by feature that
/// begin at `starts`.
inline bool runs_cover(const ConstMatrixView& shape, std::initializer_list<const void*> starts,
                       std::initializer_list<ConstMatrixView> views) {
  const std::int64_t elements = shape.total_rows() * shape.cols;
  if (elements == 0 || shape.cols % run_elements != 0 ||
      elements / run_elements >= std::int64_t{1} << 31) {
    return false;
  }
  for (const void* start : starts) {
    if (reinterpret_cast<std::uintptr_t>(start) % 16 != 0) return false;
  }
  for (const ConstMatrixView& view : views) {
    const bool is_contiguous = (view.rows <= 1 || view.row_stride == view.cols) &&
                               (view.groups <= 1 || view.group_stride == view.rows * view.cols);
    if (!is_contiguous || reinterpret_cast<std::uintptr_t>(view.data) % 16 != 0) return false;
  }
  return true;
}

// Fewer than 2^31 runs: numbers of runs and of columns are 32 bits.
template <class Pass>
__global__ void __launch_bounds__(pass_threads) run_kernel(Pass pass, std::uint32_t runs) {
  pass.begin();
  for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < runs;
       i += gridDim.x * blockDim.x) {
    pass.run(i);
  }
}

/// pass.at(group, row of the group, row of all, item): items of a row are elements or bytes.
template <class Pass>
__global__ void __launch_bounds__(pass_threads)
    row_kernel(Pass pass, PassExtent extent, std::int64_t row_items) {
  pass.begin();
  for (std::int64_t row = blockIdx.x; row < extent.all_rows; row += gridDim.x) {
    const std::int64_t group = row / extent.rows;
    for (std::int64_t i = threadIdx.x; i < row_items; i += blockDim.x) {
      pass.at(group, row - group * extent.rows, row, i);
    }
  }
}

/// Enqueues a pass by rows of `shape`, of `row_items` items each.
template <class Pass>
void launch_rows(const char* name, void* stream, const Pass& pass, const ConstMatrixView& shape,
                 std::int64_t row_items) {
  const PassExtent extent{shape.rows, shape.total_rows()};
  launch(name, plan_grid(row_items == 0 ? 0 : extent.all_rows, 1, pass_threads), stream,
         row_kernel<Pass>, pass, extent, row_items);
}

/// In runs where they cover the matrices, else by rows.
template <class Pass>
void launch_pass(const char* name, void* stream, const Pass& pass, const ConstMatrixView& shape,
                 std::int64_t row_items, bool in_runs) {
  if (!in_runs) return launch_rows(name, stream, pass, shape, row_items);
  const std::int64_t runs = shape.total_rows() * shape.cols / run_elements;
  launch(name, plan_grid(runs, pass_threads, pass_threads), stream, run_kernel<Pass>, pass,
         static_cast<std::uint32_t>(runs));
}

}  // namespace actscope::kernels::cuda
