// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/core/scheme/scheme.hpp"
#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/panel_layout.hpp"

namespace actscope::core {

constexpr bool is_coded(BlockValues values) {
  return values == BlockValues::int8 || values == BlockValues::int4;
}
constexpr kernels::CodeBits code_bits(BlockValues values) {
  return values == BlockValues::int8 ? kernels::CodeBits::int8 : kernels::CodeBits::int4;
}

/// Where the coded values of a panel's kept blocks lie: groups of codes never straddle panels, so
/// that panels are written and read by themselves; where counts_follow_data the whole matrix is one
/// run.
struct CodedPanel {
  std::int64_t first_byte = 0;
  std::int64_t first_group = 0;
};

/// The place of `panel`, or of the end of all where panel is layout.panels().
CodedPanel coded_panel(const kernels::PanelLayout& layout, kernels::CodeBits bits,
                       std::int64_t panel);

}  // namespace actscope::core
