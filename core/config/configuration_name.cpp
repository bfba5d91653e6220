// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/config/configuration_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "actscope/core/config/run_option.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "scheme/stores/store_row.hpp"

namespace actscope::core {

bool has_blocks(const RunConfig& config) {
  if (!is_known("scheme", config) || !is_known("block_rows", config)) return false;
  const Preset* preset = find_preset(config.scheme);
  return preset == nullptr || preset->has_blocks;
}

bool has_blocks_anywhere(const RunConfig& config) {
  // A store or operand that this version does not know may have blocks.
  const auto names_blocks = [](const std::string& text) {
    const std::string_view value = std::string_view(text).substr(text.find('=') + 1);
    const StoreRow* row = find_row(value.substr(0, value.find(':')));
    return row == nullptr ? value != to_text(Operand{}) : row->traits.has_panels;
  };
  return has_blocks(config) || std::ranges::any_of(config.slot_overrides, names_blocks) ||
         std::ranges::any_of(config.operand_overrides, names_blocks);
}

bool has_sparsity(const RunConfig& config) {
  if (!is_known("scheme", config) || !is_known("sparsity_ratio", config)) return false;
  const Preset* preset = find_preset(config.scheme);
  return preset == nullptr || preset->has_sparsity;
}

std::string configuration_name(const RunConfig& config) {
  const RunConfig usual;
  if (!is_known("scheme", config)) return "unknown";
  std::string name = config.scheme;
  if (has_blocks(config)) name += fmt::format(" {}x{}", config.block_rows, config.block_cols);
  if (has_sparsity(config)) name += fmt::format(" {:g} %", 100 * config.sparsity_ratio);
  if (config.select != usual.select && has_blocks(config)) name += " " + config.select;
  if (config.schedule != usual.schedule && is_known("schedule", config))
    name += " " + config.schedule;
  for (const std::string& slot : config.slot_overrides) name += " " + slot;
  for (const std::string& operand : config.operand_overrides) name += " " + operand;
  return name;
}

}  // namespace actscope::core
