// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/matrix_view.hpp"

/// Element-wise passes of a ResMLP half-block: each reads its inputs and writes its results once.
///
/// All take f32, f64 or bf16, every view and vector of one dtype; bf16 is computed in f32 and
/// rounded to nearest even at the end; a result may be one of the inputs itself (the same view),
/// else nothing overlaps.
/// Errors  ShapeMismatch: a length or dtype disagrees; BackendNotBuilt, DeviceError
/// Effects enqueued on the stream, allocates nothing, the same bits for any thread count
namespace actscope::kernels {

/// y = α ⊙ x + β, α and β by feature.
/// Shapes  x, y groups × [rows, cols]; alpha, beta [cols]
void affine(const ExecutionContext& context, const ConstMatrixView& x, const void* alpha,
            const void* beta, const MatrixView& y);

/// y = x + γ ⊙ t: LayerScale and the residual sum.
/// Shapes  x, t, y groups × [rows, cols]; gamma [cols]
void add_scaled(const ExecutionContext& context, const ConstMatrixView& x, const void* gamma,
                const ConstMatrixView& t, const MatrixView& y);

/// Bytes of the derivative codes of a [rows, cols] matrix; a row begins on a byte of its own.
constexpr std::int64_t gelu_code_bytes(CodeBits bits, std::int64_t rows, std::int64_t cols) {
  return rows * code_bytes(bits, cols);
}

/// Where the derivative of GELU goes as codes; null: nowhere.
struct GeluCode {
  CodeBits bits = CodeBits::int4;  ///< int2 or int4
  std::uint8_t* codes = nullptr;   ///< [gelu_code_bytes] of all rows, groups together
};

/// u = gelu(h) = h·Φ(h), the exact form; and, where code.codes is given, the code of gelu'(h): the
/// nearest of 4 or 16 levels, 0 and 1 among them (off by at most .167 and .046; rms for normal h
/// .095 and .023). Codes are the same bits in every back end; a NaN has the code of 0.
///
/// |u − exact| <= 5e-7·max(1, |h|) for f32; NaN and infinities as the
/// formula gives them.
///
/// Shapes  h, u groups × [rows, cols]
/// Errors  also ShapeMismatch: code.bits is int8
void gelu(const ExecutionContext& context, const ConstMatrixView& h, const MatrixView& u,
          const GeluCode& code = {});

/// dh = du ⊙ gelu'(h); where `u` is given also u = gelu(h), which backward wants when it was not
/// kept: both from one evaluation.
///
/// |gelu'(h) − exact| <= 1e-6 for f32
/// Shapes  du, h, dh, u groups × [rows, cols]
void gelu_backward(const ExecutionContext& context, const ConstMatrixView& du,
                   const ConstMatrixView& h, const MatrixView& dh, const MatrixView* u = nullptr);

/// dh = du ⊙ level of the code.
/// Shapes  du, dh groups × [rows, cols]; codes as gelu wrote them
void gelu_backward_from_code(const ExecutionContext& context, const ConstMatrixView& du,
                             CodeBits bits, const std::uint8_t* codes, const MatrixView& dh);

}  // namespace actscope::kernels
