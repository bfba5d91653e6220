// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "radix_digits.hpp"
#include "unit_plan.hpp"

namespace actscope::kernels::cuda {

/// Blocks that one thread block selects among; more are shared out over the device.
inline constexpr std::int64_t most_blocks_of_one = 8192;

/// Whether all blocks of a matrix compete and are too many for one thread block.
bool selects_over_device(const PanelLayout& layout);

/// The state of a search for the key of some rank, shared by all thread blocks, which settle it
/// digit by digit from the top, one launch a digit. All zeros before the first launch.
struct RankSearch {
  std::uint64_t prefix = 0;  ///< digits known so far, at their places
  std::int64_t wanted = 0;   ///< rank among the keys of that prefix, from 1
  std::uint64_t number = 0;  ///< of a block, its digits complemented: equal keys rank by number
};

struct GlobalSelection {
  RankSearch kept;   ///< the last block that is kept
  RankSearch other;  ///< the largest dropped key; where the threshold decides, the key of the rank
                     ///< that else would be the last kept
  double threshold = 0;                ///< that came with the draw
  std::uint32_t reaching = 0;          ///< keys that reach it
  std::uint32_t holds = 0;             ///< 1: the threshold decides, since so few reach it
  std::uint32_t blocks_done = 0;       ///< thread blocks of the current launch
  std::uint32_t histogram[2][digits];  ///< of `kept` and of `other`, where their prefixes differ
};

}  // namespace actscope::kernels::cuda
