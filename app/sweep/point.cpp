// SPDX-License-Identifier: Apache-2.0
#include "sweep/point.hpp"

#include "actscope/base/sha256.hpp"
#include "actscope/core/config/configuration_name.hpp"
#include "actscope/reports/config/document.hpp"

namespace actscope::sweep {
namespace {

constexpr std::size_t id_digits = 12;

}  // namespace

RunConfig canonical(RunConfig config) {
  const RunConfig defaults;
  config.out.clear();
  if (!core::has_blocks(config)) {
    config.block_rows = defaults.block_rows;
    config.block_cols = defaults.block_cols;
    config.select = defaults.select;
  }
  if (!core::has_sparsity(config)) config.sparsity_ratio = defaults.sparsity_ratio;
  return config;
}

std::string point_id(const RunConfig& config) {
  Sha256 hash;
  hash.update(reports::write_config_document(canonical(config)));
  return hash.hex_digest().substr(0, id_digits);
}

bool is_point_id(std::string_view name) {
  return name.size() == id_digits &&
         name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string point_title(const RunConfig& config) {
  return core::configuration_name(config) + " seed " + std::to_string(config.seed);
}

}  // namespace actscope::sweep
