// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <optional>

#include "actscope/core/scheme/scheme.hpp"

namespace actscope::core {

/// Squares of Frobenius norms, summed over parts and steps: of a slot, and of what its store or the
/// product that reads it keeps of it.
struct SlotNorm {
  double all = 0;
  double kept = 0;

  /// ‖kept‖/‖all‖; absent where nothing was measured.
  std::optional<double> ratio() const {
    return all > 0 ? std::optional(std::sqrt(kept / all)) : std::nullopt;
  }
};

/// Norms of one block, by slot. Only slots that leave something out are measured: stores bsr, topk
/// and pool, and slots whose blocks a product chooses.
using SlotNorms = std::array<SlotNorm, slot_count>;

}  // namespace actscope::core
