// SPDX-License-Identifier: Apache-2.0
// int8, int4, int2: codes by group of 128 elements.
#include "actscope/base/check.hpp"
#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

using kernels::RoundTo;

// With four levels the nearest one is too far off; stochastic rounding is right on average.
constexpr RoundTo usual_rounding(StoreKind kind) {
  return kind == StoreKind::int2 ? RoundTo::stochastic : RoundTo::nearest;
}

bool read(const std::vector<std::string>& parts, StoreSpec& store) {
  store.rounding = usual_rounding(store.kind);
  if (parts.size() == 1) return true;
  store.rounding = parts[1] == "stochastic" ? RoundTo::stochastic : RoundTo::nearest;
  return parts.size() == 2 && (parts[1] == "stochastic" || parts[1] == "nearest");
}

std::string write(const StoreSpec& store) {
  std::string text(row_of(store.kind).name);
  if (store.rounding == usual_rounding(store.kind)) return text;
  return text + (store.rounding == RoundTo::nearest ? ":nearest" : ":stochastic");
}

StoreBytes bytes(const StoreSpec& store, const SlotShape& shape, kernels::DType) {
  return code_store_bytes(code_bits(store.kind), shape);
}

constexpr StoreTraits traits{.kept = KeptValues::all, .is_coded = true};

}  // namespace

constinit const StoreRow int8_row{.kind = StoreKind::int8,
                                  .name = "int8",
                                  .grammar = "int8[:nearest|:stochastic]",
                                  .example = "int8",
                                  .traits = traits,
                                  .read = read,
                                  .write = write,
                                  .fault = no_fault,
                                  .bytes = bytes};

constinit const StoreRow int4_row{.kind = StoreKind::int4,
                                  .name = "int4",
                                  .grammar = "int4[:nearest|:stochastic]",
                                  .example = "int4",
                                  .traits = traits,
                                  .read = read,
                                  .write = write,
                                  .fault = no_fault,
                                  .bytes = bytes};

constinit const StoreRow int2_row{.kind = StoreKind::int2,
                                  .name = "int2",
                                  .grammar = "int2[:nearest|:stochastic]",
                                  .example = "int2",
                                  .traits = traits,
                                  .read = read,
                                  .write = write,
                                  .fault = no_fault,
                                  .bytes = bytes};

StoreBytes code_store_bytes(kernels::CodeBits bits, const SlotShape& shape) {
  return {kernels::code_bytes(bits, shape.elements()), kernels::scale_bytes(shape.elements())};
}

kernels::CodeBits code_bits(StoreKind kind) {
  switch (kind) {
    case StoreKind::int8:
      return kernels::CodeBits::int8;
    case StoreKind::int4:
    case StoreKind::code4:
      return kernels::CodeBits::int4;
    case StoreKind::int2:
    case StoreKind::code2:
      return kernels::CodeBits::int2;
    default:
      unreachable("a store without codes");
  }
}

}  // namespace actscope::core
