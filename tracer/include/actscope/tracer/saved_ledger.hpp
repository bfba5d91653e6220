// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace actscope::tracer {

/// Sum of what one slot of one layer registered. Units: bytes.
struct SlotBytes {
  std::string layer;
  std::string slot;
  std::int64_t stored_bytes = 0;  ///< unique storage bytes that this slot was first to register
  std::int64_t shared_bytes = 0;  ///< storage bytes that another slot had registered before
};

/// What is kept for backward, counted from the storages that really hold it.
///
/// Identity is the address of the storage object: one storage counts once, its first saver owns it,
/// later ones are shared references. Storages in the excluded set (parameters, the batch) count
/// nothing. A ledger serves one forward pass on one thread.
class SavedLedger {
 public:
  /// Parameters, buffers and the batch: never counted.
  void exclude(const void* storage);

  /// `bytes` is the size of the whole storage, also where a view of it is kept.
  void record(std::string_view layer, std::string_view slot, const void* storage,
              std::int64_t bytes);

  /// Bytes of all recorded storages together.
  std::int64_t total_bytes() const noexcept { return total_bytes_; }

  /// In order of first registration.
  const std::vector<SlotBytes>& slots() const noexcept { return slots_; }

  /// Forgets the records, keeps the exclusions.
  void clear();

 private:
  SlotBytes& slot_of(std::string_view layer, std::string_view slot);

  std::unordered_set<const void*> excluded_;
  std::unordered_set<const void*> seen_;
  std::vector<SlotBytes> slots_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::int64_t total_bytes_ = 0;
};

}  // namespace actscope::tracer
