// SPDX-License-Identifier: Apache-2.0
#include "saving/stores/store.hpp"

#include "actscope/base/check.hpp"

namespace actscope::core {

std::unique_ptr<Store> make_store(StoreSettings setting) {
  switch (setting.store.kind) {
    case StoreKind::keep:
      return make_kept(std::move(setting));
    case StoreKind::drop:
      return make_dropped(std::move(setting));
    case StoreKind::bsr:
      return make_pruned(std::move(setting));
    case StoreKind::bsr_int2:
      return make_pruned_and_coded(std::move(setting));
    case StoreKind::int8:
    case StoreKind::int4:
    case StoreKind::int2:
      return make_coded(std::move(setting));
    case StoreKind::bf16:
    case StoreKind::fp8:
      return make_narrow(std::move(setting));
    case StoreKind::code4:
    case StoreKind::code2:
      return make_gelu_coded(std::move(setting));
    case StoreKind::topk:
      return make_top(std::move(setting));
    case StoreKind::pool:
      return make_pooled(std::move(setting));
  }
  unreachable("a store of no known kind");
}

}  // namespace actscope::core
