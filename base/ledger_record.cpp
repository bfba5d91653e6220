// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/ledger_record.hpp"

namespace actscope {

const char* name_of(SavedState state) {
  return state == SavedState::held ? "held" : "modified";
}

LedgerTotals totals_of(const LedgerRecord& record) {
  LedgerTotals totals;
  totals.storages = static_cast<std::int64_t>(record.storages.size());
  for (const LedgerStorage& storage : record.storages) {
    totals.references += static_cast<std::int64_t>(storage.holders.size());
    for (const LedgerHolder& holder : storage.holders) totals.tensor_bytes += holder.tensor_bytes;
    totals.storage_bytes += storage.storage_bytes;
    totals.allocator_bytes += storage.allocator_bytes;
    totals.kept_bytes += storage.kept_bytes();
    totals.unused_bytes += storage.unused_bytes;
  }
  return totals;
}

}  // namespace actscope
