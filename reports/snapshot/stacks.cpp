// SPDX-License-Identifier: Apache-2.0
#include "snapshot/stacks.hpp"

#include <algorithm>

#include "actscope/base/split_mix.hpp"

namespace actscope::reports {

SnapshotStacks::SnapshotStacks(Snapshot& snapshot) : snapshot_(snapshot) {
  frame({});
  stack({});
}

std::size_t SnapshotStacks::FrameHash::operator()(const SnapshotFrame& frame) const noexcept {
  const std::uint64_t texts = (static_cast<std::uint64_t>(frame.name) << 32U) | frame.file;
  return mix_bits(mix_bits(texts) + static_cast<std::uint64_t>(frame.line));
}

std::uint32_t SnapshotStacks::frame(const SnapshotFrame& frame) {
  const auto [at, is_new] =
      frames_.try_emplace(frame, static_cast<std::uint32_t>(snapshot_.frames.size()));
  if (is_new) snapshot_.frames.push_back(frame);
  return at->second;
}

std::uint32_t SnapshotStacks::stack(std::span<const std::uint32_t> frames) {
  std::uint64_t hash = frames.size();
  for (const std::uint32_t number : frames) hash = mix_bits(hash + number);
  const auto [begin, end] = stacks_.equal_range(hash);
  for (auto known = begin; known != end; ++known) {
    const SnapshotRange& row = snapshot_.stacks[known->second];
    const auto first = snapshot_.stack_frames.begin() + static_cast<std::ptrdiff_t>(row.first);
    if (row.count == frames.size() && std::equal(frames.begin(), frames.end(), first)) {
      return known->second;
    }
  }
  const auto number = static_cast<std::uint32_t>(snapshot_.stacks.size());
  snapshot_.stacks.push_back(
      {snapshot_.stack_frames.size(), static_cast<std::uint32_t>(frames.size())});
  snapshot_.stack_frames.insert(snapshot_.stack_frames.end(), frames.begin(), frames.end());
  stacks_.emplace(hash, number);
  return number;
}

}  // namespace actscope::reports
