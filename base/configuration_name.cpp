// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/configuration_name.hpp"

#include <fmt/format.h>

namespace actscope {

bool has_blocks(const RunConfig& config) {
  return config.scheme.find("bsr") != std::string::npos;
}

bool has_sparsity(const RunConfig& config) {
  return has_blocks(config) || config.scheme == "topk";
}

std::string configuration_name(const RunConfig& config) {
  const RunConfig usual;
  std::string name = config.scheme;
  if (has_blocks(config)) name += fmt::format(" {}x{}", config.block_rows, config.block_cols);
  if (has_sparsity(config)) name += fmt::format(" {:g} %", 100 * config.sparsity_ratio);
  if (config.select != usual.select && has_blocks(config)) name += " " + config.select;
  if (config.schedule != usual.schedule) name += " " + config.schedule;
  for (const std::string& slot : config.slot_overrides) name += " " + slot;
  for (const std::string& operand : config.operand_overrides) name += " " + operand;
  return name;
}

}  // namespace actscope
