// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/ledger_record.hpp"

#include <algorithm>
#include <limits>

namespace actscope {
namespace {

// A file may hold counts of any size: sums end at the largest number.
void add(std::int64_t& sum, std::int64_t bytes) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  sum = bytes > most - sum ? most : sum + bytes;
}

// Where the name of a node of LibTorch's own ends: before "Backward0"; npos: it is none.
std::size_t generated_end(const std::string& node) {
  const std::size_t suffix = node.rfind("Backward");
  const bool is_generated = suffix != std::string::npos && suffix > 0 &&
                            node.find_first_not_of("0123456789", suffix + 8) == std::string::npos;
  return is_generated ? suffix : std::string::npos;
}

template <class Named>
Named& entry_of(std::vector<Named>& list, const std::string& name) {
  const auto place = std::ranges::find(list, name, &Named::name);
  if (place != list.end()) return *place;
  list.emplace_back().name = name;
  return list.back();
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

std::string name_of(const LedgerHolder& holder) {
  return holder.node.substr(0, generated_end(holder.node)) + "." + holder.member;
}

std::vector<LayerFootprint> layers_of(const LedgerRecord& record) {
  const bool has_allocator = record.live_bytes.value.has_value();
  std::vector<LayerFootprint> layers;
  for (const LedgerStorage& storage : record.storages) {
    if (storage.holders.empty() || storage.is_older) continue;
    const LedgerHolder& owner = storage.holders.front();
    LayerFootprint& layer = entry_of(layers, owner.layer.empty() ? no_layer : owner.layer);
    SlotFootprint& slot = entry_of(layer.slots, owner.slot.empty() ? name_of(owner) : owner.slot);
    // LibTorch's own nodes keep tensors as they are; what a function of somebody's own keeps in
    // them is not told.
    if (generated_end(owner.node) != std::string::npos) slot.store = "keep";
    std::int64_t bytes = slot.stored_bytes.value_or(0);
    add(bytes, has_allocator ? storage.kept_bytes() : storage.storage_bytes);
    slot.stored_bytes = bytes;
  }
  return layers;
}

}  // namespace actscope
