// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/timeline/timeline.hpp"

#include <algorithm>

namespace actscope::reports {
namespace {

constexpr SliceNumber branch = 16;  // of the pyramid of longest slices

template <class Value>
std::size_t bytes_of(const std::vector<Value>& values) {
  return values.capacity() * sizeof(Value);
}

}  // namespace

std::size_t Timeline::events() const {
  std::size_t count = slices();
  for (const TimelineCounter& counter : counters) count += counter.time_ns.size();
  return count;
}

std::size_t Timeline::resident_bytes() const {
  std::size_t bytes = bytes_of(begin_ns) + bytes_of(duration_ns) + bytes_of(busy_ns) +
                      bytes_of(allocated_bytes) + bytes_of(kept_bytes) + bytes_of(name) +
                      bytes_of(place) + bytes_of(link) + bytes_of(places) + bytes_of(rows) +
                      bytes_of(lanes) + bytes_of(steps) + bytes_of(names);
  for (const std::string& text : names) bytes += text.capacity();
  for (const std::vector<SliceNumber>& level : longest) bytes += bytes_of(level);
  for (const TimelineCounter& counter : counters) {
    bytes += bytes_of(counter.time_ns) + bytes_of(counter.value) + bytes_of(counter.lowest) +
             bytes_of(counter.highest);
  }
  return bytes;
}

std::uint32_t Timeline::row_of(SliceNumber slice) const {
  const auto behind = std::ranges::upper_bound(rows, slice, {}, &TimelineRow::first);
  return static_cast<std::uint32_t>(behind - rows.begin()) - 1;
}

// The ends of a row's slices are in order, since the slices do not overlap.
SliceNumber Timeline::first_ending_after(const TimelineRow& row, std::int64_t time_ns) const {
  SliceNumber first = row.first, end = row.end;
  while (first < end) {
    const SliceNumber middle = first + (end - first) / 2;
    if (end_ns(middle) > time_ns) {
      end = middle;
    } else {
      first = middle + 1;
    }
  }
  return first;
}

// Looks in steps that double, since what is asked for is mostly near.
SliceNumber Timeline::first_from(const TimelineRow& row, SliceNumber from,
                                 std::int64_t time_ns) const {
  SliceNumber step = 1, low = from;
  while (low < row.end && begin_ns[low] < time_ns) {
    const SliceNumber next = row.end - low > step ? low + step : row.end;
    if (next == row.end || begin_ns[next] >= time_ns) {
      const auto found = std::lower_bound(begin_ns.begin() + low, begin_ns.begin() + next, time_ns);
      return static_cast<SliceNumber>(found - begin_ns.begin());
    }
    low = next;
    step *= 2;
  }
  return low;
}

SliceNumber Timeline::at(const TimelineRow& row, std::int64_t time_ns) const {
  const SliceNumber slice = first_ending_after(row, time_ns);
  return slice < row.end && begin_ns[slice] <= time_ns ? slice : no_slice;
}

SliceNumber Timeline::innermost(const TimelineLane& lane, std::int64_t time_ns) const {
  for (std::uint32_t row = lane.end_row; row > lane.first_row; --row) {
    const SliceNumber slice = at(rows[row - 1], time_ns);
    if (slice != no_slice) return slice;
  }
  return no_slice;
}

SliceNumber Timeline::parent(SliceNumber slice) const {
  const std::uint32_t own = row_of(slice);
  for (std::uint32_t row = own; row > lanes[rows[own].lane].first_row; --row) {
    const SliceNumber found = at(rows[row - 1], begin_ns[slice]);
    if (found != no_slice) return found;
  }
  return no_slice;
}

std::int64_t Timeline::busy_before(const TimelineRow& row, std::int64_t time_ns) const {
  if (row.first == row.end) return 0;
  const SliceNumber slice = first_ending_after(row, time_ns);
  if (slice == row.end) return busy_ns[row.end - 1] + duration_ns[row.end - 1];
  return busy_ns[slice] + std::max<std::int64_t>(0, time_ns - begin_ns[slice]);
}

std::int64_t Timeline::self_ns(SliceNumber slice, std::int64_t from_ns, std::int64_t to_ns) const {
  const std::int64_t from = std::max(from_ns, begin_ns[slice]);
  const std::int64_t to = std::min(to_ns, end_ns(slice));
  if (to <= from) return 0;
  const std::uint32_t inner = row_of(slice) + 1;
  if (inner == rows.size() || rows[inner].depth == 0) return to - from;
  return to - from - (busy_before(rows[inner], to) - busy_before(rows[inner], from));
}

SliceNumber Timeline::longest_of(SliceNumber first, SliceNumber end) const {
  SliceNumber best = no_slice;
  const auto take = [&](SliceNumber slice) {
    if (best == no_slice || duration_ns[slice] > duration_ns[best]) best = slice;
  };
  // Up the pyramid while whole blocks fit, down again at the other end.
  std::size_t level = 0;
  SliceNumber size = 1;
  while (first < end) {
    const bool is_higher =
        level < longest.size() && first % (size * branch) == 0 && end - first >= size * branch;
    if (is_higher) {
      size *= branch;
      ++level;
      continue;
    }
    if (size > end - first) {
      size /= branch;
      --level;
      continue;
    }
    take(level == 0 ? first : longest[level - 1][first / size]);
    first += size;
  }
  return best;
}

}  // namespace actscope::reports
