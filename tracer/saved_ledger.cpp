// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/saved_ledger.hpp"

namespace actscope::tracer {

void SavedLedger::exclude(const void* storage) {
  excluded_.insert(storage);
}

void SavedLedger::record(std::string_view layer, std::string_view slot, const void* storage,
                         std::int64_t bytes) {
  if (excluded_.contains(storage)) return;
  SlotBytes& entry = slot_of(layer, slot);
  if (seen_.insert(storage).second) {
    entry.stored_bytes += bytes;
    total_bytes_ += bytes;
  } else {
    entry.shared_bytes += bytes;
  }
}

void SavedLedger::clear() {
  seen_.clear();
  slots_.clear();
  index_.clear();
  total_bytes_ = 0;
}

SlotBytes& SavedLedger::slot_of(std::string_view layer, std::string_view slot) {
  std::string key(layer);
  key.append(1, '\0').append(slot);
  const auto [place, is_new] = index_.try_emplace(std::move(key), slots_.size());
  if (is_new) slots_.push_back({std::string(layer), std::string(slot), 0, 0});
  return slots_[place->second];
}

}  // namespace actscope::tracer
