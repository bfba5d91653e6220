// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/store_ledger.hpp"

#include <new>

#include "actscope/tracer/recorder.hpp"

namespace actscope::tracer {

void StoreLedger::exclude(const void* storage) noexcept {
  try {
    excluded_.insert(storage);
  } catch (const std::bad_alloc&) {
    is_whole_ = false;
    count_lost_record();
  }
}

void StoreLedger::record(std::string_view layer, std::string_view slot, const void* storage,
                         std::int64_t bytes) noexcept {
  if (excluded_.contains(storage)) return;
  try {
    SlotBytes& entry = slot_of(layer, slot);
    if (seen_.insert(storage).second) {
      entry.stored_bytes += bytes;
      total_bytes_ += bytes;
    } else {
      entry.shared_bytes += bytes;
    }
  } catch (const std::bad_alloc&) {
    is_whole_ = false;
    count_lost_record();
  }
}

void StoreLedger::clear() {
  seen_.clear();
  slots_.clear();
  index_.clear();
  total_bytes_ = 0;
}

SlotBytes& StoreLedger::slot_of(std::string_view layer, std::string_view slot) {
  std::string key(layer);
  key.append(1, '\0').append(slot);
  const auto [place, is_new] = index_.try_emplace(std::move(key), slots_.size());
  if (!is_new) return slots_[place->second];
  try {
    slots_.push_back({std::string(layer), std::string(slot), 0, 0});
  } catch (const std::bad_alloc&) {
    index_.erase(place);
    throw;
  }
  return slots_.back();
}

}  // namespace actscope::tracer
