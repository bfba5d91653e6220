// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "device_layout.hpp"

namespace actscope::kernels::cuda {

/// The limit between kept and dropped blocks of a unit: blocks that compete with each other.
struct UnitLimit {
  std::uint64_t least;      ///< bits of the key of the last kept one
  std::int64_t last_equal;  ///< rank in the unit of the last kept one of that key
  double dropped;           ///< largest dropped key
};

struct UnitSize {
  std::int64_t blocks = 0;
  std::int64_t kept = 0;
};

/// Which blocks compete with each other, as plain numbers passed to kernels by value.
struct UnitPlan {
  BlockSpec spec;
  std::int64_t units = 0;
  std::int64_t group_rows = 0;   ///< rows of blocks of one group
  std::int64_t most_blocks = 0;  ///< of a unit
  UnitSize every;                ///< of every unit, where a unit is no panel

  /// Requires 0 <= unit < units
  ACTSCOPE_HOST_DEVICE UnitSize size(const DeviceLayout& layout, std::int64_t unit) const {
    if (spec.select != Select::panel && spec.select != Select::random) return every;
    const PanelPlace place = layout.place(unit);
    return {place.blocks, place.kept_blocks};
  }
};

UnitPlan plan_units(const PanelLayout& layout);

/// Whether selection needs the limits of units: all but plain selection inside panels.
bool needs_units(const BlockSpec& spec);

}  // namespace actscope::kernels::cuda
