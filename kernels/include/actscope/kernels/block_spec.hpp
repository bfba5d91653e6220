// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace actscope::kernels {

/// Among which blocks (a unit) the kept ones are chosen. In each unit the blocks of largest
/// Frobenius norm are kept, round((1 − sparsity)·blocks) of them and at least one; ties go to the
/// lower index; a block with a non-finite element ranks first, so that NaN and Inf reach the
/// gradient.
enum class Select {
  panel,      ///< one panel
  row,        ///< one row of blocks
  column,     ///< one column of blocks of a group: as many in each, as Blocked-ELL wants
  global,     ///< the whole matrix
  random,     ///< one panel, blocks drawn whatever their norm is: a control
  threshold,  ///< the whole matrix, blocks not below a norm given beforehand, at most global's
              ///< count
};
inline constexpr std::array all_selects{Select::panel,  Select::row,    Select::column,
                                        Select::global, Select::random, Select::threshold};

/// Whether kept blocks are scaled.
/// unbiased: blocks are drawn at random, the larger the likelier, and scaled so that the expected
/// matrix is the whole one. With norms w and uniform draws u in (0, 1) the blocks of largest w/u
/// are kept and scaled by max(1, t/w), t being the largest w/u that is dropped. With random all are
/// scaled by blocks/kept; with threshold t is the threshold, unless the count was capped.
/// Source  N. Duffield, C. Lund, M. Thorup, "Priority sampling for estimation of arbitrary subset
///         sums", J. ACM 54(6), 2007
enum class Rescale { none, unbiased };

/// "panel", "row", …
std::string_view name_of(Select select);

/// Whether how many blocks a panel keeps follows from the data, not from the shape alone. (How many
/// the whole matrix keeps, or keeps at most, is known beforehand in any case.)
constexpr bool counts_follow_data(Select select) noexcept {
  return select == Select::column || select == Select::global || select == Select::threshold;
}

/// Which blocks of a matrix are kept.
struct BlockSpec {
  std::int64_t block_rows = 16;
  std::int64_t block_cols = 16;
  double sparsity_ratio = 0.8;  ///< share of blocks dropped, in [0, 1)
  Select select = Select::panel;
  /// Target height of a panel in rows. 0: 128, or more where 128 rows would hold fewer than 16
  /// blocks, too few to come near a sparsity (of three blocks of 128x128 in 384 features, a third
  /// or two thirds can be dropped).
  std::int64_t panel_rows = 0;
  Rescale rescale = Rescale::none;

  /// Errors  ConfigError: sparsity outside [0, 1), panel_rows below 0;
  ///         UnsupportedBlockSize: a block side outside 1…1024
  void validate() const;

  friend bool operator==(const BlockSpec&, const BlockSpec&) = default;
};

/// "16x16 at 80 %", "16x16 at 80 %, row, unbiased".
std::string describe(const BlockSpec& spec);

}  // namespace actscope::kernels
