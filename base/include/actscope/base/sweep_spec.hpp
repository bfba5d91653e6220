// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/run_config.hpp"

namespace actscope {

/// Sides of a block. Units: elements.
struct BlockSides {
  std::int64_t rows = 16;
  std::int64_t cols = 16;
  friend bool operator==(const BlockSides&, const BlockSides&) = default;
};

/// What a sweep is asked for: one configuration, the axes that are varied over it, and single
/// points. An axis left empty keeps the value of `base`; where there are points and no axis of
/// schemes, blocks or sparsities, there is no grid.
struct SweepSpec {
  RunConfig base;
  std::vector<std::string> schemes;
  std::vector<BlockSides> blocks;
  std::vector<double> sparsities;
  std::vector<std::int64_t> seeds;
  std::vector<RunConfig> points;  ///< single configurations, each once a seed
  bool baselines = true;          ///< adds dense, exact, int4 and checkpoint, once a seed
};

}  // namespace actscope
