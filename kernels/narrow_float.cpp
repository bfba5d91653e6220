// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/narrow_float.hpp"

#include <fmt/format.h>

#include "actscope/base/error.hpp"
#include "operators.hpp"

namespace actscope::kernels {
namespace {

void validate(std::string_view what, DType dtype, std::int64_t elements) {
  if (elements < 0) {
    throw ShapeMismatch(
        error_text(fmt::format("{}: a length is negative", what), fmt::format("got {}", elements)));
  }
  if (dtype != DType::f32 && dtype != DType::f64) {
    throw ShapeMismatch(error_text(fmt::format("{}: no operator for this element type", what),
                                   fmt::format("got {}", name_of(dtype)), "give f32 or f64"));
  }
}

}  // namespace

void narrow_values(const ExecutionContext& context, DType dtype, const void* values,
                   std::int64_t elements, NarrowFloat format, void* narrow) {
  validate("narrow_values", dtype, elements);
  ContextOperators(context)->narrow_values(context.stream, dtype, values, elements, format, narrow);
}

void widen_values(const ExecutionContext& context, DType dtype, NarrowFloat format,
                  const void* narrow, std::int64_t elements, void* values) {
  validate("widen_values", dtype, elements);
  ContextOperators(context)->widen_values(context.stream, dtype, format, narrow, elements, values);
}

}  // namespace actscope::kernels
