// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace actscope::core {

/// The oneDNN whose choice of kernels `is_for_onednn` knows.
inline constexpr std::string_view known_onednn = "v3.10.2";

/// What the choice of a library for dense products follows from, besides type, device and shape.
struct DenseProcessor {
  bool is_intel = false;    ///< MKL, which LibTorch multiplies with, is tuned for it
  bool has_avx512 = false;  ///< and oneDNN is free to use it
  bool has_onednn = false;  ///< LibTorch carries `known_onednn`
};

/// Whether a limit as oneDNN reads it from ONEDNN_MAX_CPU_ISA leaves it AVX-512. One that it does
/// not know counts as forbidding.
bool allows_avx512(std::string_view max_cpu_isa);

/// The machine that this runs on; has_onednn is left to who knows LibTorch.
DenseProcessor detect_dense_processor();

/// Whether left · rightᵀ in float32 goes to oneDNN: where that is faster than MKL and surely runs
/// its brgemm kernel. Its other one (`gemm:jit`) moves the stack pointer into the heap, and a
/// signal that arrives then is written over what lies there.
///
/// Shapes   left [rows, inner], right [outputs, inner], both contiguous
/// Source   docs/decisions/0036
bool is_for_onednn(const DenseProcessor& processor, std::int64_t rows, std::int64_t inner,
                   std::int64_t outputs);

/// The part of it that is about safety alone: with AVX-512 oneDNN multiplies these by brgemm.
bool is_brgemm_shape(std::int64_t rows, std::int64_t inner, std::int64_t outputs);

}  // namespace actscope::core
