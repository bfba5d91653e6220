// SPDX-License-Identifier: Apache-2.0
// The CUDA back end of a build without CUDA: the same table, each entry raising BackendNotBuilt.
#include "operators.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "actscope/base/error.hpp"

namespace actscope::kernels {

namespace {

/// A string literal as a template argument.
template <std::size_t length>
struct Name {
  char text[length] = {};
  // Implicit, so that a literal can stand where the argument is wanted.
  constexpr Name(const char (&literal)[length]) { std::copy_n(literal, length, text); }
};

/// Takes the place of any operator; its signature follows from the table's entry.
template <Name operation, class Result, class... Arguments>
Result absent(Arguments...) {
  throw BackendNotBuilt(error_text(
      std::string("CUDA cannot run ") + operation.text, "this build has no CUDA back end",
      "install the CUDA 13 toolkit with scripts/setup --cuda and build with scripts/build "
      "cuda, or use the cpu back end"));
}

}  // namespace

const OperatorTable& cuda_operators() {
  static constexpr OperatorTable table{
      .compress_workspace_bytes = absent<"compress_workspace_bytes">,
      .select_blocks = absent<"select_blocks">,
      .gather_blocks = absent<"gather_blocks">,
      .compress = absent<"compress">,
      .gelu_compress = absent<"gelu_compress">,
      .column_starts_from_mask = absent<"column_starts_from_mask">,
      .decompress = absent<"decompress">,
      .gemm_tn_workspace_bytes = absent<"gemm_tn_workspace_bytes">,
      .gemm_tn = absent<"gemm_tn">,
      .gemm_nt_batched_workspace_bytes = absent<"gemm_nt_batched_workspace_bytes">,
      .gemm_nt_batched = absent<"gemm_nt_batched">,
      .spmm = absent<"spmm">,
      .sddmm = absent<"sddmm">,
      .quantize = absent<"quantize">,
      .dequantize = absent<"dequantize">,
      .gather_blocks_from_codes = absent<"gather_blocks_from_codes">,
      .affine = absent<"affine">,
      .add_scaled = absent<"add_scaled">,
      .gelu = absent<"gelu">,
      .gelu_backward = absent<"gelu_backward">,
      .gelu_backward_from_code = absent<"gelu_backward_from_code">,
      .narrow_values = absent<"narrow_values">,
      .widen_values = absent<"widen_values">,
  };
  return table;
}

}  // namespace actscope::kernels
