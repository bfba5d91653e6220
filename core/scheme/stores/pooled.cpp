// SPDX-License-Identifier: Apache-2.0
// pool: means over squares of the token grid.
#include <algorithm>

#include "scheme/block_grammar.hpp"
#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t largest_pool_side = 64;

bool read(const std::vector<std::string>& parts, StoreSpec& store) {
  return parts.size() == 2 && read_number(parts[1], store.pool_side);
}

std::string write(const StoreSpec& store) {
  return "pool:" + std::to_string(store.pool_side);
}

StoreFault fault(const StoreSpec& store) {
  if (store.pool_side >= 2 && store.pool_side <= largest_pool_side) return {};
  return {"a square of side " + std::to_string(store.pool_side) + " is out of range",
          "give a number from 2 to " + std::to_string(largest_pool_side)};
}

StoreBytes bytes(const StoreSpec& store, const SlotShape& shape, kernels::DType dtype) {
  const std::int64_t side = pooled_side(shape.image_rows, store.pool_side);
  const std::int64_t images = shape.total_rows() / std::max<std::int64_t>(1, shape.image_rows);
  return {images * side * side * shape.cols * size_of(dtype), 0};
}

}  // namespace

constinit const StoreRow pool_row{.kind = StoreKind::pool,
                                  .name = "pool",
                                  .grammar = "pool:SIDE",
                                  .example = "pool:2",
                                  .traits = {.kept = KeptValues::means},
                                  .read = read,
                                  .write = write,
                                  .fault = fault,
                                  .bytes = bytes};

}  // namespace actscope::core
