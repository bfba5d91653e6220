// SPDX-License-Identifier: Apache-2.0
#include "trace/db_index.hpp"

#include "actscope/base/split_mix.hpp"

namespace actscope::reports {

bool TracePlaces::Key::operator==(const Key& other) const {
  return place.step == other.place.step && place.layer == other.place.layer &&
         place.slot == other.place.slot && place.phase == other.place.phase &&
         thread == other.thread && kind == other.kind;
}

std::size_t TracePlaces::Hash::operator()(const Key& key) const noexcept {
  const std::uint64_t where = (static_cast<std::uint64_t>(key.place.step) << 32U) |
                              (static_cast<std::uint64_t>(key.place.layer) << 16U) | key.place.slot;
  const std::uint64_t who = (static_cast<std::uint64_t>(key.thread) << 16U) |
                            (static_cast<std::uint64_t>(key.kind) << 8U) |
                            static_cast<std::uint64_t>(key.place.phase);
  return mix_bits(mix_bits(where) ^ who);
}

RowNumber TracePlaces::number_of(const Key& key, std::int64_t time_ns, std::int64_t& begin_ns) {
  const auto [entry, is_new] =
      places_.try_emplace(key, Entry{static_cast<std::int64_t>(places_.size()), time_ns});
  begin_ns = entry->second.begin_ns;
  return {entry->second.number, is_new};
}

std::size_t MemoryBlocks::Hash::operator()(const Key& key) const noexcept {
  return mix_bits(mix_bits(key.address ^ static_cast<std::uint64_t>(key.device)) ^
                  static_cast<std::uint64_t>(key.bytes));
}

RowNumber MemoryBlocks::number_of(const Key& key) {
  const auto [entry, is_new] = blocks_.try_emplace(key, static_cast<std::int64_t>(blocks_.size()));
  return {entry->second, is_new};
}

bool MemoryBlocks::is_as_expected(const MemoryEvent& event) {
  const std::int64_t change = event.life == MemoryLife::physical ? 0 : event.bytes;
  const auto [live, is_first] = live_bytes_.try_emplace(event.device, 0);
  const bool is_expected = !is_first && live->second + change == event.live_bytes;
  live->second = event.live_bytes;
  return is_expected;
}

}  // namespace actscope::reports
