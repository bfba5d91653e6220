// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace actscope::reports {

/// Numbers frames and stacks, equal ones alike. Frame and stack 0 are empty.
class SnapshotStacks {
 public:
  explicit SnapshotStacks(Snapshot& snapshot);

  std::uint32_t frame(const SnapshotFrame& frame);
  /// frames  their numbers, the innermost first
  std::uint32_t stack(std::span<const std::uint32_t> frames);

 private:
  struct FrameHash {
    std::size_t operator()(const SnapshotFrame& frame) const noexcept;
  };

  Snapshot& snapshot_;
  std::unordered_map<SnapshotFrame, std::uint32_t, FrameHash> frames_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> stacks_;  // by the hash of their frames
};

}  // namespace actscope::reports
