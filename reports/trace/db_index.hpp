// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "actscope/base/trace_events.hpp"

namespace actscope::reports {

/// What happens at a place: a kind of scope, or changes of memory.
using PlaceKind = std::uint8_t;
inline constexpr PlaceKind memory_kind = 0xFF;

/// The number, from 0, of what many rows of trace.db share, and whether the number is new.
struct RowNumber {
  std::int64_t number;
  bool is_new;
};

/// Numbers the places that rows of trace.db belong to.
class TracePlaces {
 public:
  struct Key {
    TracePlace place;
    std::uint16_t thread;
    PlaceKind kind;
    bool operator==(const Key& other) const;
  };

  /// Sets `begin_ns` to the time of the first row of that place: `time_ns` where the place is new.
  RowNumber number_of(const Key& key, std::int64_t time_ns, std::int64_t& begin_ns);

 private:
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Entry {
    std::int64_t number;
    std::int64_t begin_ns;
  };
  std::unordered_map<Key, Entry, Hash> places_;
};

/// Numbers pieces of memory and counts live bytes. A training step takes and frees memory at the
/// same addresses again and again, so many rows share a piece.
class MemoryBlocks {
 public:
  struct Key {
    std::uint64_t address;
    std::int64_t bytes;
    std::int8_t device;
    bool operator==(const Key& other) const = default;
  };

  RowNumber number_of(const Key& key);
  /// Whether the live bytes after this change are those before it plus the change. Call in the
  /// order of the rows.
  bool is_as_expected(const MemoryEvent& event);

 private:
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  std::unordered_map<Key, std::int64_t, Hash> blocks_;
  std::map<std::int8_t, std::int64_t> live_bytes_;  ///< by device
};

}  // namespace actscope::reports
