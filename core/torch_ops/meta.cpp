// SPDX-License-Identifier: Apache-2.0
// Shapes of results from shapes alone, numbers or symbols of a compiler.
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include "actscope/base/error.hpp"
#include "actscope/kernels/codec.hpp"
#include "torch_ops/operators.hpp"
#include "torch_ops/panel_arguments.hpp"
#include "torch_ops/panel_counts.hpp"

namespace actscope::torch_ops::meta {
namespace {

using c10::SymInt;
using c10::SymIntArrayRef;

Tensor values_for(const PanelCounts& counts, const Tensor& like) {
  return at::empty_symint({counts.kept_blocks, counts.block_rows, counts.block_cols},
                          like.options());
}

Tensor words_for(const SymInt& count, const Tensor& like) {
  return at::empty_symint({count}, like.options().dtype(at::kInt));
}

// Products of types of two bytes are summed and returned in f32.
at::TensorOptions result_options(const Tensor& values) {
  const bool is_narrow = values.scalar_type() == at::kBFloat16 || values.scalar_type() == at::kHalf;
  return values.options().dtype(is_narrow ? at::kFloat : values.scalar_type());
}

void require_size(const char* what, const Tensor& tensor, std::int64_t rank, std::int64_t dimension,
                  const SymInt& expected, const char* matrix = "block-sparse") {
  if (tensor.dim() == rank && tensor.sym_size(dimension) == expected) return;
  throw ShapeMismatch(error_text(std::string(what) + " does not fit the " + matrix + " matrix",
                                 "dimension " + std::to_string(dimension) + " of " +
                                     std::to_string(rank) + " must be " +
                                     std::to_string(expected.guard_int(__FILE__, __LINE__))));
}

Four parts_of(const PanelCounts& counts, const Tensor& x) {
  return {values_for(counts, x), words_for(counts.mask_words, x),
          words_for(counts.column_starts, x),
          at::empty_symint({counts.scales}, x.options().dtype(at::kFloat))};
}

void require_seed(const OptionalTensor& seed) {
  if (!seed || (seed->scalar_type() == at::kLong && seed->sym_numel() == 1)) return;
  throw ShapeMismatch(
      error_text("not a seed",
                 std::string("got ") + c10::toString(seed->scalar_type()) + ", expected one int64",
                 "give torch.tensor(1)"));
}

std::int64_t codes_per_byte(std::int64_t bits) {
  if (bits == 2 || bits == 4 || bits == 8) return 8 / bits;
  throw ConfigError(
      error_text("no codes of this width", "got " + std::to_string(bits), "give 2, 4 or 8 bits"));
}

}  // namespace

Four compress(const Tensor& x, c10::IntArrayRef block, double sparsity, std::string_view select,
              bool unbiased, const OptionalTensor& seed) {
  require_seed(seed);
  const PanelCounts counts = counts_of(x.sym_sizes(), block, sparsity, select, unbiased);
  if (select == name_of(kernels::Select::threshold)) {
    throw ConfigError(error_text("compress has no threshold", {},
                                 "call compress_threshold, which takes one and gives the next"));
  }
  return parts_of(counts, x);
}

Five compress_threshold(const Tensor& x, const Tensor& threshold, c10::IntArrayRef block,
                        double sparsity, bool unbiased, const OptionalTensor& seed) {
  require_seed(seed);
  if (threshold.scalar_type() != at::kDouble || threshold.sym_numel() != 1 ||
      threshold.device() != x.device()) {
    throw ShapeMismatch(
        error_text("not a threshold",
                   std::string("got ") + c10::toString(threshold.scalar_type()) + " on " +
                       threshold.device().str() + ", expected one float64 on " + x.device().str(),
                   "start with torch.zeros(1, dtype=torch.float64), go on with what was returned"));
  }
  auto [values, mask, column_starts, scales] = parts_of(
      counts_of(x.sym_sizes(), block, sparsity, name_of(kernels::Select::threshold), unbiased), x);
  return {values, mask, column_starts, scales, at::empty_like(threshold)};
}

Tensor gather(const Tensor& x, const Tensor&, const Tensor&, const Tensor&, c10::IntArrayRef block,
              double sparsity, std::string_view select, bool unbiased) {
  return values_for(counts_of(x.sym_sizes(), block, sparsity, select, unbiased), x);
}

Tensor decompress(const Tensor& values, const Tensor&, const Tensor&, SymIntArrayRef size,
                  c10::IntArrayRef block, double sparsity, std::string_view select) {
  (void)counts_of(size, block, sparsity, select);
  return at::empty_symint(size, values.options());
}

Tensor gemm_tn(const Tensor& dy, const Tensor& values, const Tensor&, const Tensor&,
               SymIntArrayRef size, c10::IntArrayRef block, double sparsity,
               std::string_view select) {
  const PanelCounts counts = counts_of(size, block, sparsity, select);
  require_size("dy", dy, 2, 0, counts.groups * counts.rows);
  return at::empty_symint({dy.sym_size(1), counts.cols}, result_options(values));
}

Tensor gemm_nt(const Tensor& dt, const Tensor& values, const Tensor&, const Tensor&,
               SymIntArrayRef size, c10::IntArrayRef block, double sparsity,
               std::string_view select) {
  const PanelCounts counts = counts_of(size, block, sparsity, select);
  require_size("dt", dt, 3, 0, counts.groups);
  require_size("dt", dt, 3, 2, counts.cols);
  return at::empty_symint({dt.sym_size(1), counts.rows}, result_options(values));
}

Three to_bsr(const Tensor& values, const Tensor& mask, const Tensor&, SymIntArrayRef size,
             c10::IntArrayRef block, double sparsity, std::string_view select) {
  const PanelCounts counts = counts_of(size, block, sparsity, select);
  const SymInt group_rows = (counts.rows + counts.block_rows - 1) / counts.block_rows;
  const auto indices = mask.options().dtype(at::kLong);
  return {at::empty_symint({counts.groups * group_rows + 1}, indices),
          at::empty_symint({counts.kept_blocks}, indices), values_for(counts, values)};
}

Three from_bsr(const Tensor&, const Tensor&, const Tensor& values, SymIntArrayRef size,
               c10::IntArrayRef block, double sparsity, std::string_view select) {
  const PanelCounts counts = counts_of(size, block, sparsity, select);
  return {values_for(counts, values), words_for(counts.mask_words, values),
          words_for(counts.column_starts, values)};
}

Two quantize(const Tensor& x, std::int64_t bits, SymInt row) {
  const SymInt elements = x.sym_numel(), per_byte = codes_per_byte(bits);
  const auto bytes = x.options().dtype(at::kByte);
  constexpr std::int64_t group = kernels::code_group_elements;
  const SymInt rows = row == 0 ? SymInt(1) : elements / row;
  if (row == 0) row = elements;
  return {at::empty_symint({rows * ((row + per_byte - 1) / per_byte)}, bytes),
          words_for(rows * ((row + group - 1) / group), x)};
}

Tensor dequantize(const Tensor& codes, const Tensor&, SymIntArrayRef size, std::int64_t bits,
                  at::ScalarType dtype, SymInt) {
  (void)codes_per_byte(bits);
  return at::empty_symint(size, codes.options().dtype(dtype));
}

Tensor gemm_tn_coded(const Tensor& dy, const Tensor& codes, const Tensor&, SymInt features,
                     std::int64_t bits) {
  const SymInt per_byte = codes_per_byte(bits);
  if (dy.dim() != 2) require_size("dy", dy, 2, 0, 0, "coded");
  require_size("codes", codes, 1, 0, (dy.sym_size(0) * features + per_byte - 1) / per_byte,
               "coded");
  return at::empty_symint({dy.sym_size(1), features}, result_options(dy));
}

Tensor fingerprint(at::TensorList tensors) {
  if (tensors.empty()) throw ShapeMismatch(error_text("fingerprint: no tensor given"));
  return at::empty({}, tensors.front().options().dtype(at::kLong));
}

Tensor pack_bits(const Tensor& x) {
  return at::empty_symint({(x.sym_numel() + 7) / 8}, x.options().dtype(at::kByte));
}

Tensor unpack_bits(const Tensor& bits, SymIntArrayRef size, double, double, at::ScalarType dtype) {
  return at::empty_symint(size, bits.options().dtype(dtype));
}

}  // namespace actscope::torch_ops::meta
