// SPDX-License-Identifier: Apache-2.0
#include "sweep/point.hpp"

#include <algorithm>
#include <sstream>

#include "actscope/base/sha256.hpp"
#include "actscope/reports/config_document.hpp"

namespace actscope::sweep {

bool has_blocks(const RunConfig& config) {
  return config.scheme.find("bsr") != std::string::npos;
}

RunConfig canonical(RunConfig config) {
  const RunConfig defaults;
  config.out.clear();
  if (!has_blocks(config)) {
    config.block_rows = defaults.block_rows;
    config.block_cols = defaults.block_cols;
    config.sparsity_ratio = defaults.sparsity_ratio;
    config.select = defaults.select;
  }
  return config;
}

std::string point_id(const RunConfig& config) {
  Sha256 hash;
  hash.update(reports::write_config_document(canonical(config)));
  return hash.hex_digest().substr(0, 12);
}

std::string point_title(const RunConfig& config) {
  std::ostringstream title;
  title << config.scheme;
  if (has_blocks(config)) {
    title << " " << config.block_rows << "x" << config.block_cols << " "
          << 100 * config.sparsity_ratio << " %";
  }
  title << " seed " << config.seed;
  return title.str();
}

}  // namespace actscope::sweep
