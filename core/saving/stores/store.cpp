// SPDX-License-Identifier: Apache-2.0
#include "saving/stores/store.hpp"

#include <iterator>

namespace actscope::core {
namespace {

struct Maker {
  StoreKind kind;
  std::unique_ptr<Store> (*make)(StoreSettings);
};
// In the order of StoreKind.
constexpr Maker makers[] = {
    {StoreKind::keep, make_kept},        {StoreKind::drop, make_dropped},
    {StoreKind::bsr, make_pruned},       {StoreKind::bsr_int2, make_pruned_and_coded},
    {StoreKind::int8, make_coded},       {StoreKind::int4, make_coded},
    {StoreKind::int2, make_coded},       {StoreKind::bf16, make_narrow},
    {StoreKind::fp8, make_narrow},       {StoreKind::code4, make_gelu_coded},
    {StoreKind::code2, make_gelu_coded}, {StoreKind::topk, make_top},
    {StoreKind::pool, make_pooled}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(makers); ++i) {
    if (makers[i].kind != static_cast<StoreKind>(i)) return false;
  }
  return std::size(makers) == static_cast<std::size_t>(StoreKind::pool) + 1;
}
static_assert(is_in_order());

}  // namespace

std::unique_ptr<Store> make_store(StoreSettings setting) {
  const auto index = static_cast<std::size_t>(setting.store.kind);
  if (index >= std::size(makers)) unreachable("a store of no known kind");
  return makers[index].make(std::move(setting));
}

}  // namespace actscope::core
