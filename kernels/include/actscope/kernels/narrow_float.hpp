// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/dtype.hpp"

namespace actscope::kernels {

/// Floats of fewer bits, to keep values in.
/// bf16: 8 bits of exponent, 7 of mantissa. fp8: the E4M3 format without infinities (OCP 8-bit
/// Floating Point Specification 1.0): 4 bits of exponent, 3 of mantissa, largest 448, least 2⁻⁹.
enum class NarrowFloat { bf16, fp8 };

constexpr std::int64_t narrow_bytes(NarrowFloat format, std::int64_t elements) noexcept {
  return elements * (format == NarrowFloat::bf16 ? 2 : 1);
}

/// Rounds values to the nearest number of the format, ties to even (f64 by way of f32). NaN stays
/// NaN; in fp8 finite values beyond ±448 become ±448 and infinities NaN, so that what was not
/// finite still is not.
///
/// Shapes   values [elements] contiguous of dtype; narrow [narrow_bytes], aligned to its element
/// Errors   ShapeMismatch: a negative length, or a dtype that is neither f32 nor f64;
///          BackendNotBuilt, DeviceError
/// Effects  enqueued on the stream, allocates nothing; the same bits in every back end
void narrow_values(const ExecutionContext& context, DType dtype, const void* values,
                   std::int64_t elements, NarrowFloat format, void* narrow);

/// The numbers themselves, exactly.
/// Shapes, Errors, Effects  as narrow_values
void widen_values(const ExecutionContext& context, DType dtype, NarrowFloat format,
                  const void* narrow, std::int64_t elements, void* values);

}  // namespace actscope::kernels
