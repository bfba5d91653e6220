// SPDX-License-Identifier: Apache-2.0
// bf16, fp8: floats of fewer bits.
#include "scheme/stores/narrow.hpp"

#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

std::string write(const StoreSpec& store) {
  return std::string(row_of(store.kind).name);
}

StoreBytes bytes(const StoreSpec& store, const SlotShape& shape, kernels::DType) {
  return {kernels::narrow_bytes(narrow_float(store.kind), shape.elements()), 0};
}

}  // namespace

constinit const StoreRow bf16_row{.kind = StoreKind::bf16,
                                  .name = "bf16",
                                  .grammar = "bf16",
                                  .example = "bf16",
                                  .traits = {.kept = KeptValues::all},
                                  .read = reads_nothing,
                                  .write = write,
                                  .fault = no_fault,
                                  .bytes = bytes};

constinit const StoreRow fp8_row{.kind = StoreKind::fp8,
                                 .name = "fp8",
                                 .grammar = "fp8",
                                 .example = "fp8",
                                 .traits = {.kept = KeptValues::all},
                                 .read = reads_nothing,
                                 .write = write,
                                 .fault = no_fault,
                                 .bytes = bytes};

}  // namespace actscope::core
