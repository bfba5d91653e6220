// SPDX-License-Identifier: Apache-2.0
#include "cpu/selection.hpp"

#include <algorithm>
#include <limits>

#include "common/block_walk.hpp"
#include "common/sampling.hpp"
#include "cpu/block_norms.hpp"
#include "cpu/compare_keys.hpp"
#include "cpu/transpose.hpp"

namespace actscope::kernels::cpu {
namespace {

// Rows that are read together: their lines of memory are streams that the machine reads ahead.
constexpr std::int64_t rows_at_once = 8;

// Sets the bits of the kept keys, 32 at a time. Ties go to the lower number.
void write_mask(std::span<const double> keys, KeyThreshold least, std::uint32_t* words) {
  const auto blocks = static_cast<std::int64_t>(keys.size());
  for (std::int64_t first = 0; first < blocks; first += 32) {
    const std::int64_t count = std::min<std::int64_t>(32, blocks - first);
    auto [above, equal] = compare_keys(keys.data() + first, count, least.key);
    for (; equal != 0 && least.equals_kept > 0; equal &= equal - 1, --least.equals_kept) {
      above |= equal & (~equal + 1);
    }
    words[first / 32] = above;
  }
}

}  // namespace

void BlockKeys::write(const ConstMatrixView& x, const PanelLayout& layout, const PanelExtent& panel,
                      const Draw& draw, double* keys) {
  column_sums_.resize(static_cast<std::size_t>(layout.cols()));
  row_keys_.resize(static_cast<std::size_t>(panel.blocks));
  dispatch_dtype(x.dtype, [&]<class T>() {
    for (std::int64_t r = 0; r < panel.row_blocks; ++r) write_row<T>(x, layout, panel, r);
  });
  // Rows of blocks were written side by side; numbers go down the columns.
  transpose(row_keys_.data(), layout.col_blocks(), panel.row_blocks, layout.col_blocks(), keys,
            panel.row_blocks);
  const BlockSpec& spec = layout.spec();
  const std::int64_t first = draw.first_block + panel.first_block;
  if (spec.select != Select::random && spec.rescale != Rescale::unbiased) {
    // What selection_key gives where the norm alone counts, as a loop that vectorizes.
    constexpr double largest = std::numeric_limits<double>::max();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (std::int64_t i = 0; i < panel.blocks; ++i) {
      keys[i] = keys[i] <= largest ? keys[i] : infinity;
    }
    return;
  }
  for (std::int64_t i = 0; i < panel.blocks; ++i) {
    keys[i] = selection_key(layout.spec(), keys[i], draw.seed, first + i);
  }
}

// Sums of squares down the columns, then over the block's columns from left to right, all in
// double, as every back end does.
template <class T>
void BlockKeys::write_row(const ConstMatrixView& x, const PanelLayout& layout,
                          const PanelExtent& panel, std::int64_t row_block) {
  const std::int64_t first = row_block * layout.block_rows();
  const std::int64_t end = std::min(first + layout.block_rows(), panel.rows);
  for (std::int64_t i = first; i < end; i += rows_at_once) {
    const std::int64_t rows = std::min(rows_at_once, end - i);
    add_squares(element<const T>(x, panel.group, panel.first_row + i, 0), rows, layout.cols(),
                x.row_stride, std::min(rows, panel.rows - i - rows),
                i == first ? ColumnSums::begin : ColumnSums::go_on, column_sums_.data());
  }
  add_columns(column_sums_.data(), layout.cols(), layout.block_cols(),
              row_keys_.data() + row_block * layout.col_blocks());
}

void PanelSelector::select(const ConstMatrixView& x, const PanelLayout& layout,
                           const PanelExtent& panel, const Draw& draw, const BlockIndex& index) {
  keys_.resize(static_cast<std::size_t>(panel.blocks));
  block_keys_.write(x, layout, panel, draw, keys_.data());
  std::uint32_t* mask = index.mask + panel.mask_word;
  if (layout.spec().select == Select::row) {
    keep_in_rows(layout, panel, mask);
  } else {
    keep_in_panel(layout, panel, mask);
  }
  count_column_starts(layout, panel, index);
  if (layout.scales() > 0) write_scales(layout, panel, draw, index);
}

void PanelSelector::keep_in_panel(const PanelLayout& layout, const PanelExtent& panel,
                                  std::uint32_t* mask) {
  const KeyThreshold least = largest_.threshold(keys_, panel.kept_blocks);
  write_mask(keys_, least, mask);
  if (layout.scales() > 0) dropped_.assign(1, largest_dropped(keys_, least));
}

void PanelSelector::keep_in_rows(const PanelLayout& layout, const PanelExtent& panel,
                                 std::uint32_t* mask) {
  std::fill_n(mask, (panel.blocks + 31) / 32, 0U);
  dropped_.clear();
  for (std::int64_t r = 0; r < panel.row_blocks; ++r) {
    row_keys_.clear();
    for (std::int64_t number = r; number < panel.blocks; number += panel.row_blocks) {
      row_keys_.push_back(keys_[static_cast<std::size_t>(number)]);
    }
    KeyThreshold least = largest_.threshold(row_keys_, layout.unit_kept(panel));
    if (layout.scales() > 0) dropped_.push_back(largest_dropped(row_keys_, least));
    std::int64_t number = r;
    for (const double key : row_keys_) {
      if (least.keeps(key)) mask[number / 32] |= 1U << (number % 32);
      number += panel.row_blocks;
    }
  }
}

void PanelSelector::write_scales(const PanelLayout& layout, const PanelExtent& panel,
                                 const Draw& draw, const BlockIndex& index) const {
  const Select select = layout.spec().select;
  float* scales = index.scales + first_value(panel, index);
  for_each_kept_number(panel, index.mask, [&](std::uint32_t number, std::uint32_t position) {
    const std::int64_t unit = select == Select::row ? number % panel.row_blocks : 0;
    scales[position] = kept_scale(select, keys_[number], dropped_[static_cast<std::size_t>(unit)],
                                  draw.seed, draw.first_block + panel.first_block + number,
                                  layout.unit_blocks(panel), layout.unit_kept(panel));
  });
}

namespace {

// The limit between kept and dropped blocks of a unit: blocks that compete with each other.
struct UnitLimit {
  double least = 0;             // key of the last kept one
  std::int64_t last_equal = 0;  // rank in the unit of the last kept one of that key
  double dropped = 0;           // largest dropped key
};

UnitLimit limit_of(std::span<const double> keys, std::int64_t kept, LargestKeys& largest) {
  const KeyThreshold least = largest.threshold(keys, kept);
  UnitLimit limit{least.key, -1, largest_dropped(keys, least)};
  std::int64_t equals = least.equals_kept;
  while (equals > 0) equals -= keys[static_cast<std::size_t>(++limit.last_equal)] == least.key;
  return limit;
}

// Selection over all panels at once: keys, limits of the units, masks, places, scales.
class MatrixSelector {
 public:
  MatrixSelector(const PanelLayout& layout, const Draw& draw, const BlockIndex& index)
      : layout_(layout),
        draw_(draw),
        index_(index),
        by_column_(layout.spec().select == Select::column),
        keys_(static_cast<std::size_t>(layout.total_blocks())) {}

  void select(const ConstMatrixView& x) {
    write_keys(x);
    if (by_column_) {
      limit_columns();
    } else {
      limit_whole();
    }
#pragma omp parallel for schedule(static)
    for (std::int64_t p = 0; p < layout_.panels(); ++p) write_mask_of(layout_.panel(p));
    chain_column_starts(layout_, index_);
    if (layout_.scales() == 0) return;
#pragma omp parallel for schedule(static)
    for (std::int64_t p = 0; p < layout_.panels(); ++p) write_scales(layout_.panel(p));
  }

 private:
  void write_keys(const ConstMatrixView& x) {
#pragma omp parallel
    {
      BlockKeys block_keys;
#pragma omp for schedule(static)
      for (std::int64_t p = 0; p < layout_.panels(); ++p) {
        const PanelExtent panel = layout_.panel(p);
        block_keys.write(x, layout_, panel, draw_, keys_.data() + panel.first_block);
      }
    }
  }

  void limit_columns() {
    limits_.resize(static_cast<std::size_t>(layout_.groups() * layout_.col_blocks()));
#pragma omp parallel
    {
      LargestKeys largest;
      std::vector<double> column;
#pragma omp for schedule(static)
      for (std::int64_t unit = 0; unit < layout_.groups() * layout_.col_blocks(); ++unit) {
        const std::int64_t first_panel = unit / layout_.col_blocks() * layout_.panels_per_group();
        column.clear();
        for (std::int64_t p = first_panel; p < first_panel + layout_.panels_per_group(); ++p) {
          const PanelExtent panel = layout_.panel(p);
          const double* keys =
              keys_.data() + panel.first_block + unit % layout_.col_blocks() * panel.row_blocks;
          column.insert(column.end(), keys, keys + panel.row_blocks);
        }
        limits_[static_cast<std::size_t>(unit)] =
            limit_of(column, layout_.unit_kept(layout_.panel(first_panel)), largest);
      }
    }
  }

  void limit_whole() {
    LargestKeys largest;
    const std::int64_t most = layout_.kept_blocks();
    UnitLimit limit = limit_of(keys_, most, largest);
    if (layout_.spec().select == Select::threshold) {
      const double threshold = *draw_.threshold;
      *draw_.threshold = limit.least;
      if (is_threshold(threshold)) {
        const std::int64_t reach_it =
            std::ranges::count_if(keys_, [threshold](double key) { return key >= threshold; });
        if (reach_it <= most) {
          limit = limit_of(keys_, std::max<std::int64_t>(reach_it, 1), largest);
          limit.dropped = threshold;
        }
      }
    }
    limits_.assign(1, limit);
  }

  const UnitLimit& limit_at(const PanelExtent& panel, std::int64_t number) const {
    const std::int64_t column = panel.group * layout_.col_blocks() + number / panel.row_blocks;
    return limits_[static_cast<std::size_t>(by_column_ ? column : 0)];
  }

  std::int64_t rank_at(const PanelExtent& panel, std::int64_t number) const {
    return by_column_ ? panel.first_row / layout_.block_rows() + number % panel.row_blocks
                      : panel.first_block + number;
  }

  void write_mask_of(const PanelExtent& panel) {
    std::uint32_t* mask = index_.mask + panel.mask_word;
    std::fill_n(mask, (panel.blocks + 31) / 32, 0U);
    for (std::int64_t number = 0; number < panel.blocks; ++number) {
      const double key = keys_[static_cast<std::size_t>(panel.first_block + number)];
      const UnitLimit& limit = limit_at(panel, number);
      const bool is_kept =
          key > limit.least || (key == limit.least && rank_at(panel, number) <= limit.last_equal);
      if (is_kept) mask[number / 32] |= 1U << (number % 32);
    }
    count_column_starts(layout_, panel, index_);
  }

  void write_scales(const PanelExtent& panel) {
    float* scales = index_.scales + first_value(panel, index_);
    for_each_kept_number(panel, index_.mask, [&](std::uint32_t number, std::uint32_t position) {
      const std::int64_t block = panel.first_block + number;
      scales[position] =
          kept_scale(layout_.spec().select, keys_[static_cast<std::size_t>(block)],
                     limit_at(panel, number).dropped, draw_.seed, draw_.first_block + block,
                     layout_.unit_blocks(panel), layout_.unit_kept(panel));
    });
  }

  const PanelLayout& layout_;
  const Draw& draw_;
  const BlockIndex& index_;
  bool by_column_;
  std::vector<double> keys_;
  std::vector<UnitLimit> limits_;
};

}  // namespace

void select_across_panels(const ConstMatrixView& x, const PanelLayout& layout, const Draw& draw,
                          const BlockIndex& index) {
  if (layout.total_blocks() > 0) MatrixSelector(layout, draw, index).select(x);
}

}  // namespace actscope::kernels::cpu
