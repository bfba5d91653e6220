// SPDX-License-Identifier: Apache-2.0
#include "timeline/builder.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

constexpr std::uint32_t most_rows = 256;  // of a lane: nobody looks deeper
// Beyond the year 2090, counted from 1970; differences do not overflow.
constexpr std::int64_t latest_ns = 4'000'000'000'000'000'000;

}  // namespace

std::size_t TimelineBuilder::PlaceHash::operator()(const TimelinePlace& place) const noexcept {
  const std::uint64_t where = (std::uint64_t{place.layer} << 32U) | place.slot;
  const std::uint64_t when =
      (static_cast<std::uint64_t>(static_cast<std::uint32_t>(place.step)) << 8U) |
      static_cast<std::uint64_t>(place.phase);
  return std::hash<std::uint64_t>()(where * 0x9E3779B97F4A7C15U ^ when * 0xBF58476D1CE4E5B9U);
}

TimelineBuilder::TimelineBuilder() : made_(std::make_unique<Timeline>()) {
  name({});
  place({});
}

std::uint32_t TimelineBuilder::name(std::string_view text) {
  const auto found = names_.find(text);
  if (found != names_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(made_->names.size());
  made_->names.emplace_back(text);
  names_.emplace(std::string(text), number);
  return number;
}

std::uint32_t TimelineBuilder::place(const TimelinePlace& place) {
  const auto [entry, is_new] =
      places_.try_emplace(place, static_cast<std::uint32_t>(made_->places.size()));
  if (is_new) made_->places.push_back(place);
  return entry->second;
}

std::uint32_t TimelineBuilder::lane(std::string lane_name, LaneKind kind,
                                    std::pair<double, double> rank) {
  lanes_.push_back({{std::move(lane_name), kind, 0, 0}, rank});
  return static_cast<std::uint32_t>(lanes_.size() - 1);
}

void TimelineBuilder::slice(std::uint32_t lane, std::int64_t begin_ns, std::int64_t duration_ns,
                            std::uint32_t name, std::uint32_t place) {
  if (slices_.size() >= no_slice - 1) {
    throw ReportFormatError(error_text("the trace has too many slices", "more than 4 billion"));
  }
  const std::int64_t begin = std::clamp(begin_ns, -latest_ns, latest_ns);
  slices_.push_back({begin, std::clamp<std::int64_t>(duration_ns, 0, latest_ns - begin), lane, name,
                     place, 0, static_cast<std::uint32_t>(slices_.size())});
}

std::size_t TimelineBuilder::lane_list(std::vector<std::uint32_t> lanes) {
  lane_lists_.push_back(std::move(lanes));
  return lane_lists_.size() - 1;
}

void TimelineBuilder::allocation(std::size_t lanes, std::int64_t time_ns, std::int64_t bytes) {
  allocations_.push_back({time_ns, bytes, lanes});
}

void TimelineBuilder::arrow_end(std::uint64_t key, bool is_begin, std::uint32_t lane,
                                std::int64_t time_ns) {
  arrows_.push_back({key, time_ns, lane, is_begin});
}

std::uint32_t TimelineBuilder::counter(const std::string& counter_name, bool is_bytes) {
  const auto [entry, is_new] =
      counters_.try_emplace(counter_name, static_cast<std::uint32_t>(made_->counters.size()));
  if (is_new) made_->counters.push_back({counter_name, is_bytes, {}, {}, {}, {}});
  return entry->second;
}

void TimelineBuilder::value(std::uint32_t counter, std::int64_t time_ns, double value) {
  TimelineCounter& taken = made_->counters[counter];
  taken.time_ns.push_back(std::clamp(time_ns, -latest_ns, latest_ns));
  taken.value.push_back(value);
}

void TimelineBuilder::step(std::int64_t step, std::int64_t begin_ns, std::int64_t end_ns) {
  made_->steps.push_back({step, std::clamp(begin_ns, -latest_ns, latest_ns),
                          std::clamp(end_ns, -latest_ns, latest_ns)});
}

std::unique_ptr<Timeline> TimelineBuilder::finish(std::vector<SliceNumber>* numbers) {
  if (numbers) numbers->assign(slices_.size(), no_slice);
  order_lanes();
  order_slices();
  place_rows();
  fill_columns(numbers);
  fill_longest();
  take_allocations();
  take_arrows();
  order_counters();
  std::ranges::stable_sort(made_->steps, {}, &TimelineStep::begin_ns);
  find_range();
  made_->names.shrink_to_fit();
  return std::move(made_);
}

// Lanes get their place by rank; slices, lists and arrows follow.
void TimelineBuilder::order_lanes() {
  std::vector<std::uint32_t> order(lanes_.size()), number(lanes_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t lane) { return lanes_[lane].rank; });
  for (std::uint32_t at = 0; at < order.size(); ++at) {
    number[order[at]] = at;
    made_->lanes.push_back(lanes_[order[at]].lane);
  }
  for (RawSlice& slice : slices_) slice.lane = number[slice.lane];
  for (ArrowEnd& arrow : arrows_) arrow.lane = number[arrow.lane];
  for (std::vector<std::uint32_t>& list : lane_lists_) {
    for (std::uint32_t& lane : list) lane = number[lane];
  }
}

void TimelineBuilder::order_slices() {
  const auto key = [](const RawSlice& slice) {
    return std::tuple(slice.lane, slice.begin_ns, -slice.duration_ns);
  };
  // A file that is already in order costs one look.
  if (!std::ranges::is_sorted(slices_, {}, key)) std::ranges::stable_sort(slices_, {}, key);
}

// The place of a slice within another: its own words before those around it.
std::uint32_t TimelineBuilder::joined(std::uint32_t outer, std::uint32_t own) {
  if (own == 0 || outer == 0 || own == outer) return own == 0 ? outer : own;
  TimelinePlace both = made_->places[own];
  const TimelinePlace& around = made_->places[outer];
  if (both.layer == 0) both.layer = around.layer;
  if (both.slot == 0 && both.layer == around.layer) both.slot = around.slot;
  if (both.step < 0) both.step = around.step;
  if (both.phase == Phase::other) both.phase = around.phase;
  return place(both);
}

// A slice stands one row below the deepest slice that has not ended when it begins.
void TimelineBuilder::place_rows() {
  std::vector<std::int64_t> ends;  // of the last slice of each row of the lane
  std::vector<std::uint32_t> place_at;
  std::size_t from = 0, kept = 0;
  for (std::uint32_t lane = 0; lane < made_->lanes.size(); ++lane) {
    const auto first_row = static_cast<std::uint32_t>(made_->rows.size());
    ends.clear();
    place_at.clear();
    std::uint32_t depth = 0;
    for (; from < slices_.size() && slices_[from].lane == lane; ++from) {
      RawSlice slice = slices_[from];
      while (depth > 0 && ends[depth - 1] <= slice.begin_ns) --depth;
      if (depth == most_rows) {
        ++made_->left_out;
        continue;
      }
      const std::int64_t end_ns = slice.begin_ns + slice.duration_ns;
      slice.place = joined(depth == 0 ? 0 : place_at[depth - 1], slice.place);
      if (depth == ends.size()) {
        ends.push_back(end_ns);
        place_at.push_back(slice.place);
        made_->rows.push_back({0, 0, lane, depth});
      }
      ends[depth] = end_ns;
      place_at[depth] = slice.place;
      slice.row = first_row + depth;
      ++made_->rows[slice.row].end;  // a count until fill_columns
      slices_[kept++] = slice;
      ++depth;
    }
    made_->lanes[lane].first_row = first_row;
    made_->lanes[lane].end_row = static_cast<std::uint32_t>(made_->rows.size());
  }
  slices_.resize(kept);
}

void TimelineBuilder::fill_columns(std::vector<SliceNumber>* numbers) {
  Timeline& made = *made_;
  SliceNumber next = 0;
  for (TimelineRow& row : made.rows) {
    row.first = next;
    next += row.end;
    row.end = row.first;  // the next free place of the row
  }
  const std::size_t count = slices_.size();
  made.begin_ns.resize(count);
  made.duration_ns.resize(count);
  made.busy_ns.resize(count);
  made.name.resize(count);
  made.place.resize(count);
  for (const RawSlice& slice : slices_) {
    TimelineRow& row = made.rows[slice.row];
    const SliceNumber at = row.end++;
    if (numbers) (*numbers)[slice.origin] = at;
    made.begin_ns[at] = slice.begin_ns;
    made.duration_ns[at] = slice.duration_ns;
    made.name[at] = slice.name;
    made.place[at] = slice.place;
    made.busy_ns[at] = at == row.first ? 0 : made.busy_ns[at - 1] + made.duration_ns[at - 1];
  }
  slices_ = {};
  made.link.assign(count, no_slice);
  made.allocated_bytes.resize(count);
  made.kept_bytes.resize(count);
}

void TimelineBuilder::fill_longest() {
  constexpr std::size_t branch = 16;
  std::size_t below = made_->slices();
  while (below > branch) {
    std::vector<SliceNumber> level((below + branch - 1) / branch, no_slice);
    const std::vector<SliceNumber>* under =
        made_->longest.empty() ? nullptr : &made_->longest.back();
    for (std::size_t i = 0; i < below; ++i) {
      const SliceNumber slice = under ? (*under)[i] : static_cast<SliceNumber>(i);
      SliceNumber& best = level[i / branch];
      if (best == no_slice || made_->duration_ns[slice] > made_->duration_ns[best]) best = slice;
    }
    below = level.size();
    made_->longest.push_back(std::move(level));
  }
}

void TimelineBuilder::take_allocations() {
  for (const RawAllocation& event : allocations_) {
    SliceNumber slice = no_slice;
    for (const std::uint32_t lane : lane_lists_[event.lanes]) {
      slice = made_->innermost(made_->lanes[lane], event.time_ns);
      if (slice != no_slice) break;
    }
    const std::int64_t taken = std::max<std::int64_t>(event.bytes, 0);
    std::int64_t& sum = slice == no_slice ? made_->outside_bytes : made_->allocated_bytes[slice];
    if (__builtin_add_overflow(sum, taken, &sum)) sum = std::numeric_limits<std::int64_t>::max();
    if (slice == no_slice) continue;
    std::int64_t& kept = made_->kept_bytes[slice];
    if (__builtin_add_overflow(kept, event.bytes, &kept)) kept = 0;
  }
  allocations_ = {};
}

void TimelineBuilder::take_arrows() {
  std::unordered_map<std::uint64_t, SliceNumber> begins;
  for (const bool is_begin : {true, false}) {
    for (const ArrowEnd& arrow : arrows_) {
      if (arrow.is_begin != is_begin) continue;
      const SliceNumber slice = made_->innermost(made_->lanes[arrow.lane], arrow.time_ns);
      if (slice == no_slice) continue;
      if (is_begin) {
        begins.try_emplace(arrow.key, slice);
        continue;
      }
      const auto begin = begins.find(arrow.key);
      if (begin == begins.end() || begin->second == slice) continue;
      if (made_->link[slice] != no_slice) continue;
      made_->link[slice] = begin->second;
      if (made_->link[begin->second] == no_slice) made_->link[begin->second] = slice;
      // What ran elsewhere belongs where it was launched.
      if (made_->place[slice] == 0) made_->place[slice] = made_->place[begin->second];
    }
  }
  arrows_ = {};
}

void TimelineBuilder::order_counters() {
  for (TimelineCounter& counter : made_->counters) {
    if (!std::ranges::is_sorted(counter.time_ns)) {
      std::vector<std::pair<std::int64_t, double>> values;
      for (std::size_t i = 0; i < counter.time_ns.size(); ++i) {
        values.emplace_back(counter.time_ns[i], counter.value[i]);
      }
      std::ranges::stable_sort(values, {}, &std::pair<std::int64_t, double>::first);
      for (std::size_t i = 0; i < values.size(); ++i) {
        std::tie(counter.time_ns[i], counter.value[i]) = values[i];
      }
    }
    for (std::size_t end = TimelineCounter::block; end <= counter.value.size();
         end += TimelineCounter::block) {
      const auto first =
          counter.value.begin() + static_cast<std::ptrdiff_t>(end - TimelineCounter::block);
      const auto [lowest, highest] =
          std::minmax_element(first, first + static_cast<std::ptrdiff_t>(TimelineCounter::block));
      counter.lowest.push_back(*lowest);
      counter.highest.push_back(*highest);
    }
    counter.time_ns.shrink_to_fit();
    counter.value.shrink_to_fit();
  }
}

void TimelineBuilder::find_range() {
  Timeline& made = *made_;
  bool is_first = true;
  const auto take = [&](std::int64_t begin_ns, std::int64_t end_ns) {
    made.first_ns = is_first ? begin_ns : std::min(made.first_ns, begin_ns);
    made.last_ns = is_first ? end_ns : std::max(made.last_ns, end_ns);
    is_first = false;
  };
  for (const TimelineRow& row : made.rows) take(made.begin_ns[row.first], made.end_ns(row.end - 1));
  for (const TimelineCounter& counter : made.counters) {
    if (!counter.time_ns.empty()) take(counter.time_ns.front(), counter.time_ns.back());
  }
  if (made.last_ns <= made.first_ns) made.last_ns = made.first_ns + 1;
}

}  // namespace actscope::reports
