// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
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
///
/// Nothing is thrown into the forward pass that it observes: what finds no memory is left out, and
/// the ledger is no longer whole.
class StoreLedger {
 public:
  /// Parameters, buffers and the batch: never counted.
  void exclude(const void* storage) noexcept;

  /// `bytes` is the size of the whole storage, also where a view of it is kept.
  void record(std::string_view layer, std::string_view slot, const void* storage,
              std::int64_t bytes) noexcept;

  /// Whether everything was recorded; else sums are too small, or count what was to be excluded.
  bool is_whole() const noexcept { return is_whole_; }

  /// Bytes of all recorded storages together.
  std::int64_t total_bytes() const noexcept { return total_bytes_; }

  /// In order of first registration.
  const std::vector<SlotBytes>& slots() const& noexcept { return slots_; }
  std::vector<SlotBytes> slots() && noexcept { return std::move(slots_); }

  /// Forgets the records, keeps the exclusions. Does not make a ledger whole again.
  void clear();

 private:
  SlotBytes& slot_of(std::string_view layer, std::string_view slot);

  std::unordered_set<const void*> excluded_;
  std::unordered_set<const void*> seen_;
  std::vector<SlotBytes> slots_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::int64_t total_bytes_ = 0;
  bool is_whole_ = true;
};

}  // namespace actscope::tracer
