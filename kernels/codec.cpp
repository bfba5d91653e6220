// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/codec.hpp"

#include <fmt/format.h>

#include "actscope/base/error.hpp"
#include "operators.hpp"

namespace actscope::kernels {
namespace {

void validate_real(std::string_view what, DType dtype) {
  if (dtype == DType::f32 || dtype == DType::f64) return;
  throw ShapeMismatch(error_text(fmt::format("{}: no codes for this element type", what),
                                 fmt::format("got {}", name_of(dtype)), "give f32 or f64"));
}

}  // namespace

void quantize(const ExecutionContext& context, DType dtype, const void* values,
              std::int64_t elements, CodeBits bits, std::uint8_t* codes, CodeScale* scales,
              const Rounding& rounding) {
  if (elements < 0) {
    throw ShapeMismatch(
        error_text("quantize: a length is negative", fmt::format("got {}", elements)));
  }
  validate_real("quantize", dtype);
  ContextOperators(context)->quantize(context.stream, dtype, values, elements, bits, codes, scales,
                                      rounding);
}

void dequantize(const ExecutionContext& context, DType dtype, CodeBits bits,
                const std::uint8_t* codes, const CodeScale* scales, std::int64_t first_element,
                std::int64_t elements, void* values) {
  if (elements < 0 || first_element < 0) {
    throw ShapeMismatch(
        error_text("dequantize: a length or a place is negative",
                   fmt::format("got first element {} and {} elements", first_element, elements)));
  }
  validate_real("dequantize", dtype);
  ContextOperators(context)->dequantize(context.stream, dtype, bits, codes, scales, first_element,
                                        elements, values);
}

}  // namespace actscope::kernels
