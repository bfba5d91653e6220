// SPDX-License-Identifier: Apache-2.0
#include "common/block_walk.hpp"
#include "cpu/entries.hpp"
#include "cpu/row_math.hpp"

namespace actscope::kernels::cpu {
namespace {

// Below so many elements threads cost more than they bring.
constexpr std::int64_t few_elements = 1 << 14;

// Calls visit(group, row, number of the row through all groups), rows shared out among threads.
template <class Visit>
void for_each_row(const ConstMatrixView& like, const Visit& visit) {
  const std::int64_t rows = like.total_rows();
#pragma omp parallel for schedule(static) if (rows * like.cols > few_elements)
  for (std::int64_t row = 0; row < rows; ++row) visit(row / like.rows, row % like.rows, row);
}

}  // namespace

void affine(void*, const ConstMatrixView& x, const void* alpha, const void* beta,
            const MatrixView& y) {
  dispatch_dtype(x.dtype, [&]<class T>() {
    for_each_row(x, [&](auto g, auto r, auto) {
      multiply_add(static_cast<const T*>(alpha), element<const T>(x, g, r, 0),
                   static_cast<const T*>(beta), element<T>(y, g, r, 0), x.cols);
    });
  });
}

void add_scaled(void*, const ConstMatrixView& x, const void* gamma, const ConstMatrixView& t,
                const MatrixView& y) {
  dispatch_dtype(x.dtype, [&]<class T>() {
    for_each_row(x, [&](auto g, auto r, auto) {
      multiply_add(static_cast<const T*>(gamma), element<const T>(t, g, r, 0),
                   element<const T>(x, g, r, 0), element<T>(y, g, r, 0), x.cols);
    });
  });
}

void gelu(void*, const ConstMatrixView& h, const MatrixView& u, const GeluCode& code) {
  const std::int64_t row_bytes = code_bytes(code.bits, h.cols);
  dispatch_dtype(h.dtype, [&]<class T>() {
    for_each_row(h, [&](auto g, auto r, auto row) {
      if (code.codes == nullptr) {
        gelu_row(element<const T>(h, g, r, 0), element<T>(u, g, r, 0), h.cols);
      } else {
        gelu_code_row(element<const T>(h, g, r, 0), element<T>(u, g, r, 0), h.cols, code.bits,
                      code.codes + row * row_bytes);
      }
    });
  });
}

void gelu_backward(void*, const ConstMatrixView& du, const ConstMatrixView& h, const MatrixView& dh,
                   const MatrixView* u) {
  dispatch_dtype(du.dtype, [&]<class T>() {
    for_each_row(du, [&](auto g, auto r, auto) {
      gelu_backward_row(element<const T>(du, g, r, 0), element<const T>(h, g, r, 0),
                        element<T>(dh, g, r, 0), u == nullptr ? nullptr : element<T>(*u, g, r, 0),
                        du.cols);
    });
  });
}

void gelu_backward_from_code(void*, const ConstMatrixView& du, CodeBits bits,
                             const std::uint8_t* codes, const MatrixView& dh) {
  const std::int64_t row_bytes = code_bytes(bits, du.cols);
  dispatch_dtype(du.dtype, [&]<class T>() {
    for_each_row(du, [&](auto g, auto r, auto row) {
      multiply_levels_row(element<const T>(du, g, r, 0), bits, codes + row * row_bytes,
                          element<T>(dh, g, r, 0), du.cols);
    });
  });
}

}  // namespace actscope::kernels::cpu
