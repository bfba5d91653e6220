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

namespace {

// Of blocks, or of single elements.
bool has_sparsity(const RunConfig& config) {
  return has_blocks(config) || config.scheme == "topk";
}

}  // namespace

RunConfig canonical(RunConfig config) {
  const RunConfig defaults;
  config.out.clear();
  if (!has_blocks(config)) {
    config.block_rows = defaults.block_rows;
    config.block_cols = defaults.block_cols;
    config.select = defaults.select;
  }
  if (!has_sparsity(config)) config.sparsity_ratio = defaults.sparsity_ratio;
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
  if (has_blocks(config)) title << " " << config.block_rows << "x" << config.block_cols;
  if (has_sparsity(config)) title << " " << 100 * config.sparsity_ratio << " %";
  title << " seed " << config.seed;
  return title.str();
}

}  // namespace actscope::sweep
