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

constinit const StoreRow keep_row =
    plain_row(StoreKind::keep, "keep", {.kept = KeptValues::all}, all_bytes);
constinit const StoreRow drop_row =
    plain_row(StoreKind::drop, "drop", {.kept = KeptValues::nothing}, no_bytes);

}  // namespace actscope::core
