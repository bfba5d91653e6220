// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/run_config.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"
#include "actscope/core/scheme/scheme.hpp"

namespace actscope::core {

/// One way of keeping a block that a planner may choose.
struct BlockWay {
  std::string name;  ///< of a preset, or "int4, h dropped"
  BlockPlan plan;
  std::vector<std::string> slots;     ///< "h=int4", where it differs from scheme exact
  std::vector<std::string> operands;  ///< "dW1=bsr:16:0.8"
};

/// All presets with the block, sparsity and select of the configuration, `dense` first, and mixed
/// ways between them; a way whose block is larger than the tensor it cuts is left out.
/// Errors  ConfigError, UnsupportedBlockSize: as make_scheme for scheme exact
std::vector<BlockWay> block_ways(const RunConfig& config, const ResMlpGeometry& geometry);

}  // namespace actscope::core
