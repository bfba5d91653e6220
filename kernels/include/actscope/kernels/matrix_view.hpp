// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/dtype.hpp"

namespace actscope::kernels {

/// A group of row-major matrices that somebody else owns: element (g, r, c) lies at
/// `data + g·group_stride + r·row_stride + c` (strides in elements; columns are adjacent).
/// A plain matrix is one group. Strides of a matrix that is read may be 0: one row or one group
/// repeated. `Pointer` is `void*` or `const void*`; whether it points to host
/// or device memory follows from the back end it is handed to.
template <class Pointer>
struct BasicMatrixView {
  Pointer data = nullptr;
  DType dtype = DType::f32;
  std::int64_t groups = 1;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t group_stride = 0;
  std::int64_t row_stride = 0;

  /// Rows of all groups together.
  constexpr std::int64_t total_rows() const noexcept { return groups * rows; }
};

using ConstMatrixView = BasicMatrixView<const void*>;
using MatrixView = BasicMatrixView<void*>;

/// A contiguous [rows, cols] matrix.
template <class Pointer>
constexpr BasicMatrixView<Pointer> contiguous_matrix(Pointer data, DType dtype, std::int64_t rows,
                                                     std::int64_t cols) {
  return {data, dtype, 1, rows, cols, rows * cols, cols};
}

/// Contiguous [groups, rows, cols] matrices.
template <class Pointer>
constexpr BasicMatrixView<Pointer> contiguous_groups(Pointer data, DType dtype, std::int64_t groups,
                                                     std::int64_t rows, std::int64_t cols) {
  return {data, dtype, groups, rows, cols, rows * cols, cols};
}

/// The same memory, read-only.
constexpr ConstMatrixView as_const(const MatrixView& view) {
  return {view.data, view.dtype,        view.groups,    view.rows,
          view.cols, view.group_stride, view.row_stride};
}

}  // namespace actscope::kernels
