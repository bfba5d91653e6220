// SPDX-License-Identifier: Apache-2.0
// topk: the largest elements of every row and their places.
#include "scheme/block_grammar.hpp"
#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

bool read(const std::vector<std::string>& parts, StoreSpec& store) {
  return parts.size() == 2 && read_number(parts[1], store.sparsity_ratio);
}

std::string write(const StoreSpec& store) {
  return "topk:" + number_text(store.sparsity_ratio);
}

StoreFault fault(const StoreSpec& store) {
  if (store.sparsity_ratio >= 0 && store.sparsity_ratio < 1) return {};
  return {"sparsity " + number_text(store.sparsity_ratio) + " is out of range",
          "give a number from 0 to below 1"};
}

StoreBytes bytes(const StoreSpec& store, const SlotShape& shape, kernels::DType dtype) {
  const std::int64_t kept = shape.total_rows() * top_elements(store.sparsity_ratio, shape.cols);
  return {kept * size_of(dtype), kept * top_index_bytes(shape.cols)};
}

}  // namespace

constinit const StoreRow topk_row{.kind = StoreKind::topk,
                                  .name = "topk",
                                  .grammar = "topk:SPARSITY",
                                  .example = "topk:0.9",
                                  .traits = {.kept = KeptValues::some, .has_sparsity = true},
                                  .read = read,
                                  .write = write,
                                  .fault = fault,
                                  .bytes = bytes};

}  // namespace actscope::core
