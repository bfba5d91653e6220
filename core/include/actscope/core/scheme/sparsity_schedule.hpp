// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actscope/core/scheme/scheme.hpp"

namespace actscope::core {

/// How much of its sparsity a scheme has at a step. Steps count from 0.
struct SparsitySchedule {
  enum class Kind {
    constant,  ///< all of it, always
    warmup,    ///< none before step `to`, then all
    cubic,     ///< none up to step `from`, rising to all at step `to`
  };
  Kind kind = Kind::constant;
  std::int64_t from = 0;
  std::int64_t to = 0;

  /// The share at a step, from 0 to 1. Cubic: 1 − (1 − progress)³.
  /// Source  M. Zhu, S. Gupta, "To prune, or not to prune", arXiv:1710.01878
  double share_at(std::int64_t step) const;

  friend bool operator==(const SparsitySchedule&, const SparsitySchedule&) = default;
};

/// "constant", "warmup:STEPS", "cubic:FROM:TO".
/// Errors  ConfigError: not of the grammar, steps below 0, TO not behind FROM
SparsitySchedule parse_schedule(std::string_view text);

/// The scheme as it is at a share of its sparsity: of bsr, bsr+int2 and topk stores and of bsr
/// operands that share is dropped, and at 0 stores keep and operands are full. Other stores stay.
Scheme scheme_at(const Scheme& scheme, double share);

}  // namespace actscope::core
