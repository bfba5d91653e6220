// SPDX-License-Identifier: Apache-2.0
// code4, code2: the derivative of GELU, in place of h.
#include "actscope/kernels/elementwise.hpp"
#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

std::string write(const StoreSpec& store) {
  return std::string(row_of(store.kind).name);
}

StoreBytes bytes(const StoreSpec& store, const SlotShape& shape, kernels::DType) {
  return {kernels::gelu_code_bytes(code_bits(store.kind), shape.total_rows(), shape.cols), 0};
}

constexpr StoreTraits traits{.kept = KeptValues::nothing, .is_gelu_code = true};

}  // namespace

constinit const StoreRow code4_row{.kind = StoreKind::code4,
                                   .name = "code4",
                                   .grammar = "code4",
                                   .example = "code4",
                                   .traits = traits,
                                   .read = reads_nothing,
                                   .write = write,
                                   .fault = no_fault,
                                   .bytes = bytes};

constinit const StoreRow code2_row{.kind = StoreKind::code2,
                                   .name = "code2",
                                   .grammar = "code2",
                                   .example = "code2",
                                   .traits = traits,
                                   .read = reads_nothing,
                                   .write = write,
                                   .fault = no_fault,
                                   .bytes = bytes};

}  // namespace actscope::core
