// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/ledger_record.hpp"

#include <limits>

namespace actscope {
namespace {

// A file may hold counts of any size: sums end at the largest number.
void add(std::int64_t& sum, std::int64_t bytes) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  sum = bytes > most - sum ? most : sum + bytes;
}

}  // namespace

const char* name_of(SavedState state) {
  return state == SavedState::held ? "held" : "modified";
}

LedgerTotals totals_of(const LedgerRecord& record) {
  LedgerTotals totals;
  totals.storages = static_cast<std::int64_t>(record.storages.size());
  for (const LedgerStorage& storage : record.storages) {
    totals.references += static_cast<std::int64_t>(storage.holders.size());
    for (const LedgerHolder& holder : storage.holders)
      add(totals.tensor_bytes, holder.tensor_bytes);
    add(totals.storage_bytes, storage.storage_bytes);
    add(totals.allocator_bytes, storage.allocator_bytes);
    add(totals.kept_bytes, storage.kept_bytes());
    add(totals.unused_bytes, storage.unused_bytes);
  }
  return totals;
}

}  // namespace actscope
