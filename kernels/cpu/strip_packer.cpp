// SPDX-License-Identifier: Apache-2.0
#include "cpu/strip_packer.hpp"

#include <algorithm>

#include "cpu/packing.hpp"

namespace actscope::kernels::cpu {

template <class T>
void StripPacker<T>::begin(const Portion& portion) {
  portion_ = portion;
  panel_ = portion.first_panel;
  rows_ = rows_done_ = panel_rows_done_ = 0;
  starts_.assign(1, 0);
  for (std::int64_t p = portion.first_panel; p < portion.end_panel; ++p) {
    const PanelExtent panel = layout_.panel(range_.first + p);
    rows_ += panel.rows;
    starts_.push_back(starts_.back() +
                      panel.row_blocks * layout_.block_rows() * portion.strip.width);
  }
  if (packed_.size() < static_cast<std::size_t>(starts_.back())) {
    packed_.resize(static_cast<std::size_t>(starts_.back()));
  }
}

template <class T>
void StripPacker<T>::pack(std::int64_t rows) {
  rows = std::min(rows, rows_ - rows_done_);
  while (rows > 0) {
    const PanelExtent panel = layout_.panel(range_.first + panel_);
    const std::int64_t count = std::min(rows, panel.rows - panel_rows_done_);
    const bool ends_panel = panel_rows_done_ + count == panel.rows;
    const std::int64_t padded =
        ends_panel ? panel.row_blocks * layout_.block_rows() - panel_rows_done_ : count;
    Sum* to = packed_.data() + starts_[static_cast<std::size_t>(panel_ - portion_.first_panel)] +
              panel_rows_done_ * portion_.strip.width;
    pack_rows<T>(dy_, portion_.first_row + rows_done_, count, padded, portion_.strip, to);
    rows -= count;
    rows_done_ += count;
    panel_rows_done_ += count;
    if (ends_panel) {
      ++panel_;
      panel_rows_done_ = 0;
    }
  }
}

template <class T>
ReadAhead StripPacker<T>::ahead(std::int64_t rows, std::int64_t steps) const {
  ReadAhead ahead;
  ahead.rows_left = std::min(rows, rows_ - rows_done_);
  if (ahead.rows_left <= 0 || steps <= 0) return {};
  const T* row = element<const T>(dy_, 0, portion_.first_row + rows_done_, portion_.strip.first);
  ahead.row = reinterpret_cast<const char*>(row);
  ahead.row_bytes = dy_.row_stride * static_cast<std::int64_t>(sizeof(T));
  const std::int64_t bytes = portion_.strip.count * static_cast<std::int64_t>(sizeof(T));
  ahead.row_lines = (bytes + ReadAhead::line_bytes - 1) / ReadAhead::line_bytes;
  ahead.share = ReadAhead::whole_line * ahead.rows_left * ahead.row_lines / steps + 1;
  return ahead;
}

template <class T>
void StripPacker<T>::add_rows_to(Sum* sums) const {
  const std::int64_t width = portion_.strip.width;
  Sum panel_sums[strip_width];
  for (std::size_t p = 0; p + 1 < starts_.size(); ++p) {
    std::fill_n(panel_sums, width, Sum(0));
    for (std::int64_t at = starts_[p]; at < starts_[p + 1]; at += width) {
      for (std::int64_t o = 0; o < width; ++o) {
        panel_sums[o] += packed_[static_cast<std::size_t>(at + o)];
      }
    }
    for (std::int64_t o = 0; o < width; ++o) sums[o] += panel_sums[o];
  }
}

template class StripPacker<float>;
template class StripPacker<double>;
template class StripPacker<bfloat16>;
template class StripPacker<float16>;

}  // namespace actscope::kernels::cpu
