// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actscope/reports/timeline/timeline.hpp"

namespace actscope::reports {

/// Takes the events of a trace in any order and makes its columns.
class TimelineBuilder {
 public:
  TimelineBuilder();

  std::uint32_t name(std::string_view text);
  const std::string& text(std::uint32_t name) const { return made_->names[name]; }
  std::uint32_t place(const TimelinePlace& place);
  const TimelinePlace& place_at(std::uint32_t place) const { return made_->places[place]; }

  /// Lanes stand in the order of their ranks. Gives its number for the calls below.
  std::uint32_t lane(std::string lane_name, LaneKind kind, std::pair<double, double> rank);
  TimelineLane& lane_at(std::uint32_t lane) { return lanes_[lane].lane; }
  void set_rank(std::uint32_t lane, std::pair<double, double> rank) { lanes_[lane].rank = rank; }

  /// One without a place has that of the slice around it.
  void slice(std::uint32_t lane, std::int64_t begin_ns, std::int64_t duration_ns,
             std::uint32_t name, std::uint32_t place);
  /// Belongs to the innermost slice of the first of the lanes that has one. Bytes below 0: freed.
  void allocation(std::size_t lanes, std::int64_t time_ns, std::int64_t bytes);
  /// A list of lanes for `allocation`.
  std::size_t lane_list(std::vector<std::uint32_t> lanes);
  /// Two ends of one arrow have one key; each binds to the innermost slice at its time.
  void arrow_end(std::uint64_t key, bool is_begin, std::uint32_t lane, std::int64_t time_ns);

  std::uint32_t counter(const std::string& counter_name, bool is_bytes);
  void value(std::uint32_t counter, std::int64_t time_ns, double value);
  void step(std::int64_t step, std::int64_t begin_ns, std::int64_t end_ns);
  void leave_out(std::int64_t events = 1) { made_->left_out += events; }

  /// Call once, last. Sets `numbers`, where it is not null, to the number of each slice in the
  /// order they were given; no_slice for one that is left out.
  std::unique_ptr<Timeline> finish(std::vector<SliceNumber>* numbers = nullptr);

 private:
  struct RawSlice {
    std::int64_t begin_ns, duration_ns;
    std::uint32_t lane, name, place, row, origin;
  };
  struct RawLane {
    TimelineLane lane;
    std::pair<double, double> rank;
  };
  struct RawAllocation {
    std::int64_t time_ns, bytes;
    std::size_t lanes;
  };
  struct ArrowEnd {
    std::uint64_t key;
    std::int64_t time_ns;
    std::uint32_t lane;
    bool is_begin;
  };
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct PlaceHash {
    std::size_t operator()(const TimelinePlace& place) const noexcept;
  };

  void order_lanes();
  void order_slices();
  void place_rows();
  void fill_columns(std::vector<SliceNumber>* numbers);
  void fill_longest();
  void take_allocations();
  void take_arrows();
  void order_counters();
  void find_range();
  std::uint32_t joined(std::uint32_t outer, std::uint32_t own);

  std::unique_ptr<Timeline> made_;
  std::vector<RawSlice> slices_;
  std::vector<RawLane> lanes_;
  std::vector<RawAllocation> allocations_;
  std::vector<std::vector<std::uint32_t>> lane_lists_;
  std::vector<ArrowEnd> arrows_;
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> names_;
  std::unordered_map<TimelinePlace, std::uint32_t, PlaceHash> places_;
  std::unordered_map<std::string, std::uint32_t> counters_;
};

}  // namespace actscope::reports
