// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "actscope/reports/timeline/timeline.hpp"

namespace actscope::reports {

/// What is drawn of a row in one place: one slice that is a pixel wide or wider, or the slices that
/// begin within one pixel.
struct RowPiece {
  double left = 0, right = 0;    ///< in pixels from the left edge
  SliceNumber slice = no_slice;  ///< the longest
  std::uint32_t slices = 0;
  std::int64_t busy_ns = 0;  ///< their durations within the range
};

/// The pieces of a row in a range of time, from left to right, appended to `pieces`. Their busy
/// times are, together, the durations of the row's slices clipped to the range, at every zoom.
///
/// Requires from_ns < to_ns, width above 0
/// Cost    at most two pieces a pixel, each in logarithmic time
void append_pieces(const Timeline& timeline, const TimelineRow& row, std::int64_t from_ns,
                   std::int64_t to_ns, int width, std::vector<RowPiece>& pieces);

/// Lowest and highest value of a counter within each pixel, and the value at its end; NaN before
/// the first value.
struct CounterPixel {
  double lowest = 0, highest = 0, last = 0;
};
void counter_pixels(const TimelineCounter& counter, std::int64_t from_ns, std::int64_t to_ns,
                    int width, std::vector<CounterPixel>& pixels);

}  // namespace actscope::reports
