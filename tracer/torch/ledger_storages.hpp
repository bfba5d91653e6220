// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "graph_walk.hpp"

namespace actscope::tracer {

/// Storages by identity, without keeping their memory: a storage that is gone stays known by its
/// address until `purge`, so that no other can be taken for it.
class StorageSet {
 public:
  void insert(const at::Tensor& tensor);
  bool contains(const at::Tensor& tensor) const;
  /// Forgets storages that are gone.
  void purge();
  /// Those that are still there.
  std::vector<c10::Storage> storages() const;

 private:
  std::unordered_map<const c10::StorageImpl*, c10::weak_intrusive_ptr<c10::StorageImpl>> members_;
};

/// The storages of a graph in the order of forward, without the excluded ones, with their holders
/// and what the graph alone tells of them; `tensors[i]` are the saved tensors on `storages[i]`.
struct LedgerStorages {
  std::vector<LedgerStorage> storages;
  std::vector<std::vector<at::Tensor>> tensors;
  std::int64_t excluded_references = 0;

  /// Whether the graph keeps the storage of this tensor; then it is marked as an output.
  bool mark_output(const at::Tensor& tensor);

  std::unordered_map<const c10::StorageImpl*, std::size_t> index;
};

LedgerStorages storages_of(std::vector<FoundTensor> found, const StorageSet& excluded);

}  // namespace actscope::tracer
