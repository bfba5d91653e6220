// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/timeline/pixels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace actscope::reports {
namespace {

// Time and pixels of a range.
class PixelScale {
 public:
  PixelScale(std::int64_t from_ns, std::int64_t to_ns, int width)
      : from_ns_(from_ns),
        pixels_a_ns_(width / (static_cast<double>(to_ns) - static_cast<double>(from_ns))) {}

  double pixel(std::int64_t time_ns) const {
    return static_cast<double>(time_ns - from_ns_) * pixels_a_ns_;
  }
  /// The first nanosecond that is not left of a pixel.
  std::int64_t time_ns(double pixel) const {
    return from_ns_ + static_cast<std::int64_t>(std::ceil(pixel / pixels_a_ns_));
  }

 private:
  std::int64_t from_ns_;
  double pixels_a_ns_;
};

}  // namespace

void append_pieces(const Timeline& timeline, const TimelineRow& row, std::int64_t from_ns,
                   std::int64_t to_ns, int width, std::vector<RowPiece>& pieces) {
  const PixelScale scale(from_ns, to_ns, width);
  const auto clipped = [&](SliceNumber slice) {
    return std::max<std::int64_t>(
        0, std::min(timeline.end_ns(slice), to_ns) - std::max(timeline.begin_ns[slice], from_ns));
  };
  SliceNumber slice = timeline.first_ending_after(row, from_ns);
  // An instant at the left edge has ended there and is seen all the same.
  while (slice > row.first && timeline.begin_ns[slice - 1] >= from_ns) --slice;
  while (slice < row.end && timeline.begin_ns[slice] < to_ns) {
    const double left = std::max(0.0, scale.pixel(timeline.begin_ns[slice]));
    const double right = std::min<double>(width, scale.pixel(timeline.end_ns(slice)));
    if (right - left >= 1) {
      pieces.push_back({left, right, slice, 1, clipped(slice)});
      ++slice;
      continue;
    }
    const double pixel = std::floor(left);
    const std::int64_t border_ns = std::min(to_ns, scale.time_ns(pixel + 1));
    SliceNumber end = std::max(slice + 1, timeline.first_from(row, slice, border_ns));
    // Only the last of them can reach beyond the pixel.
    const double last_left = scale.pixel(timeline.begin_ns[end - 1]);
    double last_right = std::min<double>(width, scale.pixel(timeline.end_ns(end - 1)));
    if (end - 1 > slice && last_right - last_left >= 1) {
      --end;
      last_right = scale.pixel(timeline.end_ns(end - 1));
    }
    const SliceNumber last = end - 1;
    std::int64_t busy_ns = clipped(slice);
    if (last > slice) {
      busy_ns += timeline.busy_ns[last] - timeline.busy_ns[slice + 1] + clipped(last);
    }
    pieces.push_back({pixel, std::max(pixel + 1, last_right), timeline.longest_of(slice, end),
                      end - slice, busy_ns});
    slice = end;
  }
}

void counter_pixels(const TimelineCounter& counter, std::int64_t from_ns, std::int64_t to_ns,
                    int width, std::vector<CounterPixel>& pixels) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const PixelScale scale(from_ns, to_ns, width);
  pixels.assign(static_cast<std::size_t>(width), {none, none, none});
  const auto& times = counter.time_ns;
  const auto index_of = [&](auto place) { return static_cast<std::size_t>(place - times.begin()); };
  std::size_t next = index_of(std::upper_bound(times.begin(), times.end(), from_ns));
  double held = next == 0 ? none : counter.value[next - 1];
  for (int x = 0; x < width; ++x) {
    CounterPixel& pixel = pixels[static_cast<std::size_t>(x)];
    pixel = {held, held, held};
    const auto take = [&](double lowest, double highest) {
      pixel.lowest = std::isnan(pixel.lowest) ? lowest : std::min(pixel.lowest, lowest);
      pixel.highest = std::isnan(pixel.highest) ? highest : std::max(pixel.highest, highest);
    };
    const auto from = times.begin() + static_cast<std::ptrdiff_t>(next);
    const std::size_t end = index_of(std::lower_bound(from, times.end(), scale.time_ns(x + 1)));
    if (end > next) held = counter.value[end - 1];
    while (next < end) {
      const std::size_t block = next / TimelineCounter::block;
      const bool is_whole = next % TimelineCounter::block == 0 &&
                            next + TimelineCounter::block <= end && block < counter.lowest.size();
      if (is_whole) {
        take(counter.lowest[block], counter.highest[block]);
        next += TimelineCounter::block;
      } else {
        take(counter.value[next], counter.value[next]);
        ++next;
      }
    }
    pixel.last = held;
  }
}

}  // namespace actscope::reports
