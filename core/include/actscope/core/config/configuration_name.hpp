// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/run_config.hpp"

namespace actscope::core {

/// Whether the block of a configuration means anything to it: its scheme stores or multiplies
/// blocks. Overrides name blocks of their own. A scheme that this version does not know may mean
/// anything.
bool has_blocks(const RunConfig& config);

/// Whether any slot or product of a configuration is kept by blocks, its overrides included.
bool has_blocks_anywhere(const RunConfig& config);

/// Whether the sparsity of a configuration means anything to it: of blocks, or of single elements.
bool has_sparsity(const RunConfig& config);

/// How the compression of a configuration is called among others of one model, data and length:
/// "int4-bsr 8x8 50 %", and what else is not the usual: "exact blocks.*.h=int4",
/// "linear-bsr 16x16 80 % column cubic:0:400"; "unknown" where the scheme is not known.
std::string configuration_name(const RunConfig& config);

}  // namespace actscope::core
