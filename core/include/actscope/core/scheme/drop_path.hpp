// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "actscope/base/footprint_record.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"

namespace actscope::core {

/// The halves of a block, each with a residual of its own: x1 = x + γ1⊙t and x2 = x1 + γ2⊙v.
enum class BlockHalf { tokens, channels };
inline constexpr std::int64_t block_halves = 2;

/// The name of the slot under which the factors are registered and predicted.
inline constexpr std::string_view drop_path_slot = "drop_path";

/// Stochastic depth: in training an image skips each half of each block with chance `ratio`, and
/// the change that a half makes to the others is divided by the chance that it is made. Which image
/// skips which half depends on seed, step, block, half and the image's place in the batch only.
/// Source  Huang et al., arXiv:1603.09382; by halves and with one chance for all of them, as the
///         published ResMLP: docs/decisions/0033
struct DropPath {
  double ratio = 0;  ///< 0 to below 1
  std::uint64_t seed = 0;
  std::int64_t step = 0;

  /// 0 where the image skips that half, else 1 / (1 − ratio).
  double factor(std::int64_t block, BlockHalf half, std::int64_t image) const;
};

/// Adds to a prediction what the blocks keep for drop-path: a factor an image and half, as slot
/// `drop_path`.
void add_drop_path(FootprintRecord& record, const ResMlpGeometry& geometry, ElementType type,
                   double ratio);

}  // namespace actscope::core
