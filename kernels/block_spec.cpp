// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/block_spec.hpp"

#include <fmt/format.h>

#include "actscope/base/check.hpp"

namespace actscope::kernels {
namespace {

constexpr std::int64_t largest_side = 1024;

}  // namespace

void BlockSpec::validate() const {
  if (!(sparsity_ratio >= 0 && sparsity_ratio < 1)) {
    throw ConfigError(error_text("sparsity is out of range", fmt::format("got {}", sparsity_ratio),
                                 "give the share of dropped blocks, at least 0 and below 1"));
  }
  if (panel_rows < 0) {
    throw ConfigError(error_text("panel height is out of range", fmt::format("got {}", panel_rows),
                                 "give 128, or 0 to have it chosen"));
  }
  for (std::int64_t side : {block_rows, block_cols}) {
    if (side < 1 || side > largest_side) {
      throw UnsupportedBlockSize(
          error_text("block size is out of range", fmt::format("got {}x{}", block_rows, block_cols),
                     fmt::format("give sides from 1 to {}, as 16 or 8x64", largest_side)));
    }
  }
}

std::string_view name_of(Select select) {
  switch (select) {
    case Select::panel:
      return "panel";
    case Select::row:
      return "row";
    case Select::column:
      return "column";
    case Select::global:
      return "global";
    case Select::random:
      return "random";
    case Select::threshold:
      return "threshold";
  }
  unreachable("the name of no known selection");
}

std::string describe(const BlockSpec& spec) {
  std::string text =
      fmt::format("{}x{} at {:g} %", spec.block_rows, spec.block_cols, 100 * spec.sparsity_ratio);
  if (spec.select != Select::panel) text += fmt::format(", {}", name_of(spec.select));
  if (spec.rescale == Rescale::unbiased) text += ", unbiased";
  return text;
}

}  // namespace actscope::kernels
