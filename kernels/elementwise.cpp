// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/elementwise.hpp"

#include <fmt/format.h>

#include "actscope/base/error.hpp"
#include "operators.hpp"
#include "validation.hpp"

namespace actscope::kernels {
namespace {

template <class View>
void validate_like(std::string_view what, const ConstMatrixView& first, const View& other) {
  validate_view(what, other, first.groups, first.rows, first.cols);
  validate_same_dtype(what, first.dtype, other.dtype);
}

void validate_code(std::string_view what, CodeBits bits) {
  if (bits != CodeBits::int8) return;
  throw ShapeMismatch(
      error_text(fmt::format("{}: no codes of eight bits", what), {}, "give int2 or int4"));
}

}  // namespace

void affine(const ExecutionContext& context, const ConstMatrixView& x, const void* alpha,
            const void* beta, const MatrixView& y) {
  validate_like("affine: x", x, x);
  validate_like("affine: x and y", x, y);
  ContextOperators(context)->affine(context.stream, x, alpha, beta, y);
}

void add_scaled(const ExecutionContext& context, const ConstMatrixView& x, const void* gamma,
                const ConstMatrixView& t, const MatrixView& y) {
  validate_like("add_scaled: x", x, x);
  validate_like("add_scaled: x and t", x, t);
  validate_like("add_scaled: x and y", x, y);
  ContextOperators(context)->add_scaled(context.stream, x, gamma, t, y);
}

void gelu(const ExecutionContext& context, const ConstMatrixView& h, const MatrixView& u,
          const GeluCode& code) {
  validate_like("gelu: h", h, h);
  validate_like("gelu: h and u", h, u);
  if (code.codes != nullptr) validate_code("gelu", code.bits);
  ContextOperators(context)->gelu(context.stream, h, u, code);
}

void gelu_backward(const ExecutionContext& context, const ConstMatrixView& du,
                   const ConstMatrixView& h, const MatrixView& dh, const MatrixView* u) {
  validate_like("gelu_backward: du", du, du);
  validate_like("gelu_backward: du and h", du, h);
  validate_like("gelu_backward: du and dh", du, dh);
  if (u != nullptr) validate_like("gelu_backward: du and u", du, *u);
  ContextOperators(context)->gelu_backward(context.stream, du, h, dh, u);
}

void gelu_backward_from_code(const ExecutionContext& context, const ConstMatrixView& du,
                             CodeBits bits, const std::uint8_t* codes, const MatrixView& dh) {
  validate_like("gelu_backward_from_code: du", du, du);
  validate_like("gelu_backward_from_code: du and dh", du, dh);
  validate_code("gelu_backward_from_code", bits);
  ContextOperators(context)->gelu_backward_from_code(context.stream, du, bits, codes, dh);
}

}  // namespace actscope::kernels
