// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/trace_events.hpp"

namespace actscope::reports {

/// Number of a slice: its place in the columns of a Timeline.
using SliceNumber = std::uint32_t;
inline constexpr SliceNumber no_slice = 0xFFFFFFFF;

/// What the slices of a lane are. Other: calls of a foreign profiler, of any kind.
enum class LaneKind : std::uint8_t { steps, phases, layers, operators, device, other };

/// Slices of one lane that do not overlap, in the order of their times.
struct TimelineRow {
  SliceNumber first = 0, end = 0;  ///< the slices [first, end)
  std::uint32_t lane = 0;
  std::uint32_t depth = 0;  ///< 0: the outermost
};

/// A thread, a stream, or what else stands under one title: a row a depth of nesting.
struct TimelineLane {
  std::string name;  ///< "operators, thread 1"
  LaneKind kind = LaneKind::other;
  std::uint32_t first_row = 0, end_row = 0;
};

/// Where in the model a slice belongs; layer and slot are numbers of names, 0: none.
struct TimelinePlace {
  std::uint32_t layer = 0;
  std::uint32_t slot = 0;
  std::int32_t step = -1;
  Phase phase = Phase::other;

  bool operator==(const TimelinePlace&) const = default;
};

/// Values over time, in its order; each holds until the next.
struct TimelineCounter {
  std::string name;
  bool is_bytes = false;
  std::vector<std::int64_t> time_ns;
  std::vector<double> value;
  /// Of each `block` values; what is left at the end has none.
  std::vector<double> lowest, highest;
  static constexpr std::size_t block = 64;
};

struct TimelineStep {
  std::int64_t step = 0;
  std::int64_t begin_ns = 0, end_ns = 0;
};

/// The events of a trace in columns, for drawing and summing. Times are nanoseconds of the clock of
/// the trace; only differences mean something. A row's slices follow each other in the columns, and
/// a lane's rows in `rows`.
///
/// Cost    52 bytes a slice, 16 a value of a counter
struct Timeline {
  std::vector<std::int64_t> begin_ns, duration_ns;
  std::vector<std::int64_t> busy_ns;  ///< durations of the slices before it in its row
  std::vector<std::int64_t> allocated_bytes, kept_bytes;  ///< within it, in no slice inside it
  std::vector<std::uint32_t> name;                        ///< numbers of `names`
  std::vector<std::uint32_t> place;                       ///< numbers of `places`
  std::vector<SliceNumber> link;  ///< forward to backward, launch to kernel, and back

  std::vector<std::string> names;     ///< the first is empty
  std::vector<TimelinePlace> places;  ///< the first is none
  std::vector<TimelineLane> lanes;
  std::vector<TimelineRow> rows;
  std::vector<TimelineCounter> counters;
  std::vector<TimelineStep> steps;
  std::vector<std::vector<SliceNumber>> longest;  ///< of 16, 256, … slices
  std::int64_t first_ns = 0, last_ns = 0;         ///< of everything
  std::int64_t left_out = 0;       ///< events that have no place: too deep, never ended
  std::int64_t outside_bytes = 0;  ///< allocated outside every slice

  std::size_t slices() const { return begin_ns.size(); }
  /// Slices and values of counters.
  std::size_t events() const;
  /// Bytes held for all of it.
  std::size_t resident_bytes() const;

  std::int64_t end_ns(SliceNumber slice) const { return begin_ns[slice] + duration_ns[slice]; }
  std::uint32_t row_of(SliceNumber slice) const;
  /// The first slice of a row that ends after a time, or the row's end.
  SliceNumber first_ending_after(const TimelineRow& row, std::int64_t time_ns) const;
  /// The first slice of a row that begins at a time or later, from `from` on, or the row's end.
  SliceNumber first_from(const TimelineRow& row, SliceNumber from, std::int64_t time_ns) const;
  /// The slice of a row that covers a time; no_slice where none does.
  SliceNumber at(const TimelineRow& row, std::int64_t time_ns) const;
  /// The innermost slice of a lane that covers a time.
  SliceNumber innermost(const TimelineLane& lane, std::int64_t time_ns) const;
  /// The slice around it; no_slice for an outermost one.
  SliceNumber parent(SliceNumber slice) const;
  /// How long a row was busy before a time.
  std::int64_t busy_before(const TimelineRow& row, std::int64_t time_ns) const;
  /// The time of a slice without that of the slices inside it, clipped to a range.
  std::int64_t self_ns(SliceNumber slice, std::int64_t from_ns, std::int64_t to_ns) const;
  std::int64_t self_ns(SliceNumber slice) const {
    return self_ns(slice, begin_ns[slice], end_ns(slice));
  }
  /// The longest of the slices [first, end); no_slice where there are none.
  /// Cost    logarithmic
  SliceNumber longest_of(SliceNumber first, SliceNumber end) const;
};

}  // namespace actscope::reports
