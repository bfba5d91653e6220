// SPDX-License-Identifier: Apache-2.0
#include "ledger_storages.hpp"

#include <string>
#include <unordered_set>
#include <utility>

#include "actscope/tracer/name.hpp"
#include "actscope/tracer/torch/operator_observer.hpp"
#include "storage_use.hpp"

namespace actscope::tracer {
namespace {

const c10::StorageImpl* key_of(const at::Tensor& tensor) {
  return tensor.storage().unsafeGetStorageImpl();
}

LedgerHolder holder_of(const FoundTensor& found) {
  LedgerHolder holder;
  holder.node = found.node;
  holder.member = found.member;
  if (const auto place = OperatorObserver::place_of_node(found.sequence_number)) {
    holder.layer = Name(place->layer).text();
    holder.slot = Name(place->slot).text();
  }
  if (!found.slot.empty()) {
    holder.slot = found.slot;
  }
  holder.dtype = std::string(found.tensor.dtype().name());
  holder.sizes = found.tensor.sizes().vec();
  holder.tensor_bytes = static_cast<std::int64_t>(found.tensor.nbytes());
  holder.state = found.state;
  return holder;
}

// Python's object of a tensor refers to it, also where no variable of the program does any more.
std::int64_t references_of_idle_python(const at::TensorBase& tensor) {
  return tensor.unsafeGetTensorImpl()->pyobj_slot()->has_unique_reference() ? 1 : 0;
}

// How many references to the tensors of one storage, and to the storage itself, come from outside
// the graph. `saved` holds one handle for each that the graph holds; this code holds no others.
std::int64_t other_references(const std::vector<at::Tensor>& saved) {
  std::unordered_map<const c10::TensorImpl*, std::int64_t> expected;
  std::unordered_map<const c10::TensorImpl*, std::int64_t> actual;
  for (const at::Tensor& tensor : saved) {
    const c10::TensorImpl* key = tensor.unsafeGetTensorImpl();
    expected[key] += 2;
    const auto count = static_cast<std::int64_t>(tensor.use_count());
    const bool is_new = actual.try_emplace(key, count - references_of_idle_python(tensor)).second;
    if (!is_new || !tensor.is_view()) continue;
    // A view keeps its base for autograd.
    const at::TensorBase& base = tensor._base();
    ++expected[base.unsafeGetTensorImpl()];
    actual.try_emplace(base.unsafeGetTensorImpl(), static_cast<std::int64_t>(base.use_count()) -
                                                       references_of_idle_python(base));
  }
  std::int64_t other = static_cast<std::int64_t>(saved.front().storage().use_count()) -
                       static_cast<std::int64_t>(actual.size());
  for (const auto& [key, count] : actual) other += count - expected[key];
  return other;
}

}  // namespace

void StorageSet::insert(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return;
  members_.try_emplace(key_of(tensor), tensor.storage().getWeakStorageImpl());
}

bool StorageSet::contains(const at::Tensor& tensor) const {
  return members_.contains(key_of(tensor));
}

void StorageSet::purge() {
  std::erase_if(members_, [](const auto& member) { return member.second.expired(); });
}

std::vector<c10::Storage> StorageSet::storages() const {
  std::vector<c10::Storage> list;
  for (const auto& [key, weak] : members_) {
    if (auto storage = weak.lock()) list.emplace_back(std::move(storage));
  }
  return list;
}

bool LedgerStorages::mark_output(const at::Tensor& tensor) {
  const auto found = index.find(key_of(tensor));
  if (found == index.end()) return false;
  storages[found->second].is_output = true;
  return true;
}

LedgerStorages storages_of(std::vector<FoundTensor> found, const StorageSet& excluded) {
  std::unordered_set<std::size_t> told;
  LedgerStorages all;
  for (FoundTensor& saved : found) {
    if (excluded.contains(saved.tensor)) {
      ++all.excluded_references;
      continue;
    }
    const auto [entry, is_new] = all.index.try_emplace(key_of(saved.tensor), all.storages.size());
    if (is_new) {
      LedgerStorage storage;
      storage.storage_bytes = static_cast<std::int64_t>(saved.tensor.storage().nbytes());
      all.storages.push_back(std::move(storage));
      all.tensors.emplace_back();
    }
    all.storages[entry->second].holders.push_back(holder_of(saved));
    all.tensors[entry->second].push_back(std::move(saved.tensor));
    if (saved.is_told) told.insert(entry->second);
  }
  for (std::size_t i = 0; i < all.storages.size(); ++i) {
    all.storages[i].unused_bytes = all.storages[i].storage_bytes - used_bytes(all.tensors[i]);
    // The program that told of a tensor holds references of its own now.
    if (!told.contains(i)) all.storages[i].other_references = other_references(all.tensors[i]);
  }
  return all;
}

}  // namespace actscope::tracer
