// SPDX-License-Identifier: Apache-2.0
#include "bench_kernels/variants.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace actscope::reports {

std::vector<KernelsVariant> variants_of(const KernelsBenchRecord& record) {
  std::vector<KernelsVariant> variants;
  for (const KernelResult& row : record.results) {
    const auto has_row = [&](const KernelsVariant& variant) { return variant.has(row); };
    if (std::ranges::any_of(variants, has_row)) continue;
    variants.push_back({row.backend, row.dtype, row.threads});
  }
  return variants;
}

std::string describe(const KernelsVariant& variant) {
  const std::string text = variant.backend + " " + variant.dtype;
  return variant.threads == 0 ? text : text + ", " + threads_text(variant.threads);
}

std::string threads_text(std::int64_t threads) {
  return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
}

std::vector<const KernelResult*> gradient_rows(const KernelsBenchRecord& record) {
  std::vector<const KernelResult*> rows;
  for (const KernelResult& row : record.results) {
    if (row.operation.ends_with("_gradient")) rows.push_back(&row);
  }
  return rows;
}

const KernelResult* part_of(const KernelsBenchRecord& record, const KernelResult& whole,
                            std::string_view operation) {
  for (const KernelResult& row : record.results) {
    if (row.operation == operation && row.shape == whole.shape && row.backend == whole.backend &&
        row.dtype == whole.dtype && row.threads == whole.threads &&
        row.block_rows == whole.block_rows && row.block_cols == whole.block_cols &&
        row.sparsity_ratio == whole.sparsity_ratio) {
      return &row;
    }
  }
  return nullptr;
}

std::string block_text(const KernelResult& row) {
  return fmt::format("{}x{}", row.block_rows, row.block_cols);
}

}  // namespace actscope::reports
