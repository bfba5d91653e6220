// SPDX-License-Identifier: Apache-2.0
// GELU of f64, which is there for gradient checks: the C library's functions, value by value.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "common/gelu_codebook.hpp"
#include "cpu/row_math.hpp"

namespace actscope::kernels::cpu {
namespace {

double normal_cdf(double h) {
  return 0.5 * (1 + std::erf(h / std::numbers::sqrt2));
}
double gelu_derivative(double h, double cdf) {
  return cdf + h * std::exp(-h * h / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

}  // namespace

void gelu_row(const double* h, double* u, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = h[i];
    u[i] = value * normal_cdf(value);
  }
}

void gelu_code_row(const double* h, double* u, std::int64_t count, CodeBits bits,
                   std::uint8_t* codes) {
  const int width = static_cast<int>(bits);
  const GeluCodebook codebook = gelu_codebook(width);
  std::fill_n(codes, code_bytes(bits, count), std::uint8_t{0});
  for (std::int64_t i = 0; i < count; ++i) {
    const unsigned code = codebook.code(h[i]) << (i * width % 8);
    codes[i * width / 8] = static_cast<std::uint8_t>(codes[i * width / 8] | code);
  }
  gelu_row(h, u, count);
}

void gelu_backward_row(const double* du, const double* h, double* dh, double* u,
                       std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = h[i], gradient = du[i], cdf = normal_cdf(value);
    if (u != nullptr) u[i] = value * cdf;
    dh[i] = gradient * gelu_derivative(value, cdf);
  }
}

void multiply_levels_row(const double* du, CodeBits bits, const std::uint8_t* codes, double* dh,
                         std::int64_t count) {
  const int width = static_cast<int>(bits);
  const GeluCodebook codebook = gelu_codebook(width);
  for (std::int64_t i = 0; i < count; ++i) {
    const unsigned code = codes[i * width / 8] >> (i * width % 8) & ((1U << width) - 1);
    dh[i] = du[i] * static_cast<double>(codebook.level[code]);
  }
}

}  // namespace actscope::kernels::cpu
