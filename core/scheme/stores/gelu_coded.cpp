// SPDX-License-Identifier: Apache-2.0
// code4, code2: the derivative of GELU, in place of h.
#include "actscope/kernels/elementwise.hpp"
#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

StoreBytes bytes(const StoreSpec& store, const SlotShape& shape, kernels::DType) {
  return {kernels::gelu_code_bytes(code_bits(store.kind), shape.total_rows(), shape.cols), 0};
}

constexpr StoreTraits traits{.kept = KeptValues::nothing, .is_gelu_code = true};

}  // namespace

constinit const StoreRow code4_row = plain_row(StoreKind::code4, "code4", traits, bytes);
constinit const StoreRow code2_row = plain_row(StoreKind::code2, "code2", traits, bytes);

}  // namespace actscope::core
