// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/base/footprint_record.hpp"
#include "actscope/core/byte_model.hpp"
#include "actscope/core/resmlp_geometry.hpp"

namespace actscope::core {

/// Stochastic depth: in training an image skips block i of d with chance ratio·i / (d − 1), and the
/// change that a block makes to the others is divided by the chance that it is made. Which image
/// skips which block depends on seed, step, block and the image's place in the batch only.
/// Source  Huang et al., arXiv:1603.09382; here by whole blocks: docs/decisions/0025
struct DropPath {
  double ratio = 0;  ///< of the last block, 0 to below 1
  std::uint64_t seed = 0;
  std::int64_t step = 0;

  /// The chance that an image skips a block; a model of one block has `ratio`.
  static double ratio_of(double ratio, std::int64_t block, std::int64_t depth);
  /// 0 where the image skips the block, else 1 / (1 − ratio_of).
  double factor(std::int64_t block, std::int64_t depth, std::int64_t image) const;
};

/// Adds to a prediction what the blocks keep for drop-path: a factor an image, as slot `drop_path`.
void add_drop_path(FootprintRecord& record, const ResMlpGeometry& geometry, ElementType type,
                   double ratio);

}  // namespace actscope::core
