// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <numeric>
#include <tuple>
#include <vector>

#include "common/block_walk.hpp"
#include "common/sampling.hpp"
#include "reference/entries.hpp"

namespace actscope::kernels::reference {
namespace {

// One block as selection sees it.
struct Candidate {
  std::int64_t panel = 0;
  std::int64_t number = 0;  // inside the panel
  std::int64_t row = 0;     // row of blocks inside the group
  std::int64_t column = 0;
  std::int64_t group = 0;
  std::int64_t draw = 0;  // number of its random draw
  double key = 0;
  bool is_kept = false;
  float scale = 1;
};

template <class T>
double sum_of_squares(const ConstMatrixView& x, std::int64_t group, const BlockExtent& block) {
  double sum = 0;
  for (std::int64_t j = 0; j < block.cols; ++j) {
    double column = 0;
    for (std::int64_t i = 0; i < block.rows; ++i) {
      const auto value =
          static_cast<double>(*element<const T>(x, group, block.row + i, block.col + j));
      column += value * value;
    }
    sum += column;
  }
  return sum;
}

// All blocks in the order of their numbers, panel by panel.
template <class T>
std::vector<Candidate> candidates_of(const ConstMatrixView& x, const PanelLayout& layout,
                                     const Draw& draw) {
  std::vector<Candidate> candidates;
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    const PanelExtent panel = layout.panel(p);
    for (std::int64_t c = 0; c < layout.col_blocks(); ++c) {
      for (std::int64_t r = 0; r < panel.row_blocks; ++r) {
        Candidate block;
        block.panel = p;
        block.number = c * panel.row_blocks + r;
        block.row = panel.first_row / layout.block_rows() + r;
        block.column = c;
        block.group = panel.group;
        block.draw = draw.first_block + static_cast<std::int64_t>(candidates.size());
        const double sum = sum_of_squares<T>(x, panel.group, block_extent(layout, panel, r, c));
        block.key = selection_key(layout.spec(), sum, draw.seed, block.draw);
        candidates.push_back(block);
      }
    }
  }
  return candidates;
}

// Blocks with equal units compete with each other.
std::tuple<std::int64_t, std::int64_t> unit_of(Select select, const Candidate& block) {
  switch (select) {
    case Select::row:
      return {block.group, block.row};
    case Select::column:
      return {block.group, block.column};
    case Select::global:
    case Select::threshold:
      return {0, 0};
    default:
      return {block.panel, 0};
  }
}

// Keeps the largest of one unit; ties go to the block that comes first.
void choose(const PanelLayout& layout, const Draw& draw, std::vector<Candidate*>& unit) {
  const Select select = layout.spec().select;
  std::ranges::stable_sort(unit,
                           [](const Candidate* a, const Candidate* b) { return a->key > b->key; });
  const auto blocks = static_cast<std::int64_t>(unit.size());
  const std::int64_t most = layout.unit_kept(layout.panel(unit.front()->panel));
  const auto key_of_rank = [&](std::int64_t rank) {
    return rank < blocks ? unit[static_cast<std::size_t>(rank)]->key : 0.0;
  };
  std::int64_t kept = most;
  double dropped_key = key_of_rank(most);
  if (select == Select::threshold && is_threshold(*draw.threshold)) {
    const auto reach_it = std::ranges::count_if(
        unit, [&](const Candidate* block) { return block->key >= *draw.threshold; });
    if (reach_it <= most) {
      kept = std::max<std::int64_t>(reach_it, 1);
      dropped_key = *draw.threshold;
    }
  }
  for (std::int64_t i = 0; i < kept; ++i) {
    Candidate& block = *unit[static_cast<std::size_t>(i)];
    block.is_kept = true;
    block.scale = kept_scale(select, block.key, dropped_key, draw.seed, block.draw, blocks, kept);
  }
  if (select == Select::threshold) *draw.threshold = key_of_rank(most - 1);
}

void write_index(const PanelLayout& layout, const std::vector<Candidate>& candidates,
                 const BlockIndex& index) {
  std::fill_n(index.mask, layout.mask_words(), 0U);
  float* scale = index.scales;
  for (const Candidate& block : candidates) {
    if (!block.is_kept) continue;
    index.mask[layout.panel(block.panel).mask_word + block.number / 32] |= 1U
                                                                           << (block.number % 32);
    if (layout.scales() > 0) *scale++ = block.scale;
  }
}

}  // namespace

void select_blocks(void* stream, const ConstMatrixView& x, const PanelLayout& layout,
                   const BlockIndex& index, void*, const Draw& draw) {
  dispatch_dtype(x.dtype, [&]<class T>() {
    std::vector<Candidate> candidates = candidates_of<T>(x, layout, draw);
    std::map<std::tuple<std::int64_t, std::int64_t>, std::vector<Candidate*>> units;
    for (Candidate& block : candidates) {
      units[unit_of(layout.spec().select, block)].push_back(&block);
    }
    for (auto& [number, unit] : units) choose(layout, draw, unit);
    write_index(layout, candidates, index);
    column_starts_from_mask(stream, layout, index);
  });
}

}  // namespace actscope::kernels::reference
