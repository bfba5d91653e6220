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
  const std::string text = name_alone(store);
  if (store.rounding == usual_rounding(store.kind)) return text;
  return text + (store.rounding == RoundTo::nearest ? ":nearest" : ":stochastic");
}

StoreBytes bytes(const StoreSpec& store, const SlotShape& shape, kernels::DType) {
  return code_store_bytes(code_bits(store.kind), shape);
}

constexpr StoreRow row(StoreKind kind, const char* name, std::string_view grammar) {
  return {.kind = kind,
          .name = name,
          .grammar = grammar,
          .example = name,
          .traits = {.kept = KeptValues::all, .is_coded = true},
          .read = read,
          .write = write,
          .fault = no_fault,
          .bytes = bytes};
}

}  // namespace

constinit const StoreRow int8_row = row(StoreKind::int8, "int8", "int8[:nearest|:stochastic]");
constinit const StoreRow int4_row = row(StoreKind::int4, "int4", "int4[:nearest|:stochastic]");
constinit const StoreRow int2_row = row(StoreKind::int2, "int2", "int2[:nearest|:stochastic]");

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
