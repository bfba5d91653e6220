// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numbers>

#include "common/block_walk.hpp"
#include "common/gelu_codebook.hpp"
#include "reference/entries.hpp"

namespace actscope::kernels::reference {
namespace {

// Calls visit(group, row, col, number of the row through all groups).
template <class Visit>
void for_each_element(const ConstMatrixView& like, const Visit& visit) {
  for (std::int64_t g = 0; g < like.groups; ++g) {
    for (std::int64_t r = 0; r < like.rows; ++r) {
      for (std::int64_t c = 0; c < like.cols; ++c) visit(g, r, c, g * like.rows + r);
    }
  }
}

double normal_cdf(double h) {
  return 0.5 * (1 + std::erf(h / std::numbers::sqrt2));
}
double gelu_of(double h) {
  return h * normal_cdf(h);
}
double derivative_of(double h) {
  return normal_cdf(h) + h * std::exp(-h * h / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

std::int64_t place_of_code(const ConstMatrixView& like, CodeBits bits, std::int64_t row,
                           std::int64_t col) {
  return row * code_bytes(bits, like.cols) + col / codes_per_byte(bits);
}
int shift_of_code(CodeBits bits, std::int64_t col) {
  return static_cast<int>(col % codes_per_byte(bits)) * static_cast<int>(bits);
}

}  // namespace

void affine(void*, const ConstMatrixView& x, const void* alpha, const void* beta,
            const MatrixView& y) {
  dispatch_dtype(x.dtype, [&]<class T>() {
    for_each_element(x, [&](auto g, auto r, auto c, auto) {
      *element<T>(y, g, r, c) =
          static_cast<T>(static_cast<double>(static_cast<const T*>(alpha)[c]) *
                             static_cast<double>(*element<const T>(x, g, r, c)) +
                         static_cast<double>(static_cast<const T*>(beta)[c]));
    });
  });
}

void add_scaled(void*, const ConstMatrixView& x, const void* gamma, const ConstMatrixView& t,
                const MatrixView& y) {
  dispatch_dtype(x.dtype, [&]<class T>() {
    for_each_element(x, [&](auto g, auto r, auto c, auto) {
      *element<T>(y, g, r, c) =
          static_cast<T>(static_cast<double>(*element<const T>(x, g, r, c)) +
                         static_cast<double>(static_cast<const T*>(gamma)[c]) *
                             static_cast<double>(*element<const T>(t, g, r, c)));
    });
  });
}

void gelu(void*, const ConstMatrixView& h, const MatrixView& u, const GeluCode& code) {
  const GeluCodebook codebook = gelu_codebook(static_cast<int>(code.bits));
  dispatch_dtype(h.dtype, [&]<class T>() {
    for_each_element(h, [&](auto g, auto r, auto c, auto row) {
      const T value = *element<const T>(h, g, r, c);
      *element<T>(u, g, r, c) = static_cast<T>(gelu_of(static_cast<double>(value)));
      if (code.codes == nullptr) return;
      std::uint8_t& byte = code.codes[place_of_code(h, code.bits, row, c)];
      const int shift = shift_of_code(code.bits, c);
      const unsigned shifted = codebook.code(static_cast<SumOf<T>>(value)) << shift;
      byte = static_cast<std::uint8_t>(shift == 0 ? shifted : byte | shifted);
    });
  });
}

void gelu_backward(void*, const ConstMatrixView& du, const ConstMatrixView& h, const MatrixView& dh,
                   const MatrixView* u) {
  dispatch_dtype(du.dtype, [&]<class T>() {
    for_each_element(du, [&](auto g, auto r, auto c, auto) {
      const auto value = static_cast<double>(*element<const T>(h, g, r, c));
      const auto gradient = static_cast<double>(*element<const T>(du, g, r, c));
      if (u != nullptr) *element<T>(*u, g, r, c) = static_cast<T>(gelu_of(value));
      *element<T>(dh, g, r, c) = static_cast<T>(gradient * derivative_of(value));
    });
  });
}

void gelu_backward_from_code(void*, const ConstMatrixView& du, CodeBits bits,
                             const std::uint8_t* codes, const MatrixView& dh) {
  const GeluCodebook codebook = gelu_codebook(static_cast<int>(bits));
  const unsigned mask = (1U << static_cast<int>(bits)) - 1;
  dispatch_dtype(du.dtype, [&]<class T>() {
    for_each_element(du, [&](auto g, auto r, auto c, auto row) {
      const unsigned byte = codes[place_of_code(du, bits, row, c)];
      const unsigned code = (byte >> shift_of_code(bits, c)) & mask;
      *element<T>(dh, g, r, c) =
          static_cast<T>(static_cast<SumOf<T>>(*element<const T>(du, g, r, c)) *
                         static_cast<SumOf<T>>(codebook.level[code]));
    });
  });
}

}  // namespace actscope::kernels::reference
