// SPDX-License-Identifier: Apache-2.0
#include <type_traits>

#include "cpu/entries.hpp"
#include "cpu/gelu_rows.hpp"
#include "cpu/row_math.hpp"

namespace actscope::kernels::cpu {
namespace {

// Below so many elements threads cost more than they bring.
constexpr std::int64_t few_elements = 1 << 14;

// Calls visit(number) for every row of all groups, shared out among threads.
template <class Visit>
void for_each_row(const ConstMatrixView& like, const Visit& visit) {
  const std::int64_t rows = like.total_rows();
#pragma omp parallel for schedule(static) if (rows * like.cols > few_elements)
  for (std::int64_t row = 0; row < rows; ++row) visit(row);
}

// A row by its number through all groups.
template <class Pointer>
Pointer row_of(const BasicMatrixView<Pointer>& view, std::int64_t row) {
  using Byte = std::conditional_t<std::is_same_v<Pointer, void*>, std::byte, const std::byte>;
  const std::int64_t place =
      row / view.rows * view.group_stride + row % view.rows * view.row_stride;
  return static_cast<Byte*>(view.data) + place * size_of(view.dtype);
}

}  // namespace

void affine(void*, const ConstMatrixView& x, const void* alpha, const void* beta,
            const MatrixView& y) {
  for_each_row(x, [&](std::int64_t row) {
    multiply_add(x.dtype, alpha, row_of(x, row), beta, row_of(y, row), x.cols);
  });
}

void add_scaled(void*, const ConstMatrixView& x, const void* gamma, const ConstMatrixView& t,
                const MatrixView& y) {
  for_each_row(x, [&](std::int64_t row) {
    multiply_add(x.dtype, gamma, row_of(t, row), row_of(x, row), row_of(y, row), x.cols);
  });
}

void gelu(void*, const ConstMatrixView& h, const MatrixView& u, const GeluCode& code) {
  const std::int64_t row_bytes = code_bytes(code.bits, h.cols);
  for_each_row(h, [&](std::int64_t row) {
    GeluCode row_code = code;
    if (code.codes != nullptr) row_code.codes += row * row_bytes;
    gelu_row(h.dtype, row_of(h, row), row_of(u, row), h.cols, row_code);
  });
}

void gelu_backward(void*, const ConstMatrixView& du, const ConstMatrixView& h, const MatrixView& dh,
                   const MatrixView* u) {
  for_each_row(du, [&](std::int64_t row) {
    gelu_backward_row(du.dtype, row_of(du, row), row_of(h, row), row_of(dh, row),
                      u == nullptr ? nullptr : row_of(*u, row), du.cols);
  });
}

void gelu_backward_from_code(void*, const ConstMatrixView& du, CodeBits bits,
                             const std::uint8_t* codes, const MatrixView& dh) {
  const std::int64_t row_bytes = code_bytes(bits, du.cols);
  for_each_row(du, [&](std::int64_t row) {
    multiply_levels_row(du.dtype, row_of(du, row), bits, codes + row * row_bytes, row_of(dh, row),
                        du.cols);
  });
}

}  // namespace actscope::kernels::cpu
