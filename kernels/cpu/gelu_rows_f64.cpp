// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>

#include "common/gelu_codebook.hpp"
#include "cpu/gelu_rows.hpp"

namespace actscope::kernels::cpu {
namespace {

double normal_cdf(double h) {
  return 0.5 * (1 + std::erf(h / std::numbers::sqrt2));
}
double gelu_derivative(double h, double cdf) {
  return cdf + h * std::exp(-h * h / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

}  // namespace

void gelu_row_f64(const double* h, double* u, std::int64_t count, const GeluCode& code) {
  const int width = static_cast<int>(code.bits);
  const GeluCodebook codebook = gelu_codebook(width);
  if (code.codes != nullptr) {
    std::fill_n(code.codes, code_bytes(code.bits, count), std::uint8_t{0});
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = h[i];
    u[i] = value * normal_cdf(value);
    if (code.codes == nullptr) continue;
    std::uint8_t& byte = code.codes[i * width / 8];
    byte = static_cast<std::uint8_t>(byte | codebook.code(value) << (i * width % 8));
  }
}

void gelu_backward_row_f64(const double* du, const double* h, double* dh, double* u,
                           std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = h[i], gradient = du[i], cdf = normal_cdf(value);
    if (u != nullptr) u[i] = value * cdf;
    dh[i] = gradient * gelu_derivative(value, cdf);
  }
}

void multiply_levels_row_f64(const double* du, CodeBits bits, const std::uint8_t* codes, double* dh,
                             std::int64_t count) {
  const int width = static_cast<int>(bits);
  const GeluCodebook codebook = gelu_codebook(width);
  for (std::int64_t i = 0; i < count; ++i) {
    const unsigned code = codes[i * width / 8] >> (i * width % 8) & ((1U << width) - 1);
    dh[i] = du[i] * static_cast<double>(codebook.level[code]);
  }
}

}  // namespace actscope::kernels::cpu
