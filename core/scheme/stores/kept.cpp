// SPDX-License-Identifier: Apache-2.0
// keep, drop: the tensor or nothing.
#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

StoreBytes all_bytes(const StoreSpec&, const SlotShape& shape, kernels::DType dtype) {
  return {shape.elements() * size_of(dtype), 0};
}

StoreBytes no_bytes(const StoreSpec&, const SlotShape&, kernels::DType) {
  return {};
}

}  // namespace

constinit const StoreRow keep_row{.kind = StoreKind::keep,
                                  .name = "keep",
                                  .grammar = "keep",
                                  .example = "keep",
                                  .traits = {.kept = KeptValues::all},
                                  .read = reads_nothing,
                                  .write = [](const StoreSpec&) { return std::string("keep"); },
                                  .fault = no_fault,
                                  .bytes = all_bytes};

constinit const StoreRow drop_row{.kind = StoreKind::drop,
                                  .name = "drop",
                                  .grammar = "drop",
                                  .example = "drop",
                                  .traits = {.kept = KeptValues::nothing},
                                  .read = reads_nothing,
                                  .write = [](const StoreSpec&) { return std::string("drop"); },
                                  .fault = no_fault,
                                  .bytes = no_bytes};

}  // namespace actscope::core
