// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/core/scheme/scheme.hpp"

namespace actscope::core {

/// A scheme that has a name, and all there is to know of it.
struct Preset {
  const char* name;
  bool has_blocks;    ///< it reads block, sparsity and select of the configuration
  bool has_sparsity;  ///< it reads the sparsity: of blocks, or of single elements
  bool is_baseline;   ///< a sweep adds it to compare with
  /// What every block of the model does; overrides come on top.
  BlockPlan (*plan)(const kernels::BlockSpec&);
};

/// All of them, in the order of help texts.
std::span<const Preset> presets();

/// Errors  ConfigError: no such name, with those there are
const Preset& preset_of(std::string_view name);

/// Null where there is no such name: a document of another version.
const Preset* find_preset(std::string_view name) noexcept;

/// dense, linear-bsr, exact, exact-bsr, int8, …
const std::vector<std::string>& preset_names();

}  // namespace actscope::core
