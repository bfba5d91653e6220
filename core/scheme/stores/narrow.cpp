// SPDX-License-Identifier: Apache-2.0
// bf16, fp8: floats of fewer bits.
#include "scheme/stores/narrow.hpp"

#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

StoreBytes bytes(const StoreSpec& store, const SlotShape& shape, kernels::DType) {
  return {kernels::narrow_bytes(narrow_float(store.kind), shape.elements()), 0};
}

}  // namespace

constinit const StoreRow bf16_row =
    plain_row(StoreKind::bf16, "bf16", {.kept = KeptValues::all}, bytes);
constinit const StoreRow fp8_row =
    plain_row(StoreKind::fp8, "fp8", {.kept = KeptValues::all}, bytes);

}  // namespace actscope::core
