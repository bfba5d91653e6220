// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/allocations/curve.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace actscope::reports {
namespace {

// Goes through the blocks of a device from change to change: at a tick first the ends, then the
// begins.
template <class Begin, class End, class Moment>
void walk_blocks(const AllocationHistory& history, std::int8_t device, const Begin& begin,
                 const End& end, const Moment& moment) {
  std::size_t next_begin = 0, next_end = 0;
  const auto& blocks = history.blocks;
  const auto& ends = history.ends;
  while (next_begin < blocks.size() || next_end < ends.size()) {
    const Tick tick = std::min(next_begin < blocks.size() ? blocks[next_begin].begin : never,
                               next_end < ends.size() ? blocks[ends[next_end]].end : never);
    bool is_change = false;
    for (; next_end < ends.size() && blocks[ends[next_end]].end == tick; ++next_end) {
      if (blocks[ends[next_end]].device != device) continue;
      end(ends[next_end]);
      is_change = true;
    }
    for (; next_begin < blocks.size() && blocks[next_begin].begin == tick; ++next_begin) {
      if (blocks[next_begin].device != device) continue;
      begin(static_cast<std::uint32_t>(next_begin));
      is_change = true;
    }
    if (is_change) moment(tick);
  }
}

class Columns {
 public:
  Columns(LiveCurve& curve) : curve_(curve), highest_(curve.columns, -1) {
    width_ns_ =
        static_cast<double>(curve.to_ns - curve.from_ns) / static_cast<double>(curve.columns);
  }

  // The same bytes are live from one moment to the next.
  void add(std::int64_t from_ns, std::int64_t to_ns, const std::vector<double>& live) {
    const double from = static_cast<double>(std::max(from_ns, curve_.from_ns) - curve_.from_ns);
    const double to = static_cast<double>(std::min(to_ns, curve_.to_ns) - curve_.from_ns);
    if (to < from || from_ns > curve_.to_ns) return;
    double total = 0;
    for (const double bytes : live) total += bytes;
    const std::size_t last = column_of(to);
    for (std::size_t column = column_of(from); column <= last; ++column) {
      const double begin = static_cast<double>(column) * width_ns_;
      // A stretch that ends where a column begins is not in that column.
      if (to > from && begin >= to) break;
      const double ns = std::max(0.0, std::min(to, begin + width_ns_) - std::max(from, begin));
      double* bytes = &curve_.byte_ns[column * curve_.groups];
      for (std::size_t group = 0; group < curve_.groups; ++group) bytes[group] += ns * live[group];
      if (total <= highest_[column]) continue;
      highest_[column] = total;
      std::copy(live.begin(), live.end(),
                curve_.bytes.begin() + static_cast<std::ptrdiff_t>(column * curve_.groups));
    }
  }

 private:
  std::size_t column_of(double ns) const {
    return std::min(static_cast<std::size_t>(ns / width_ns_), curve_.columns - 1);
  }

  LiveCurve& curve_;
  std::vector<double> highest_;
  double width_ns_ = 1;
};

}  // namespace

double LiveCurve::total(std::size_t column) const {
  double sum = 0;
  for (std::size_t group = 0; group < groups; ++group) sum += of(column, group);
  return sum;
}

LiveCurve live_curve(const AllocationHistory& history, std::int8_t device,
                     std::span<const std::uint8_t> group_of, std::size_t groups,
                     std::int64_t from_ns, std::int64_t to_ns, std::size_t columns) {
  LiveCurve curve{std::max<std::size_t>(columns, 1), groups, from_ns,
                  std::max(to_ns, from_ns + 1),      {},     {}};
  curve.bytes.assign(curve.columns * groups, 0);
  curve.byte_ns.assign(curve.columns * groups, 0);
  Columns into(curve);
  std::vector<double> live(groups, 0.0);
  std::int64_t since_ns = history.time_of(0);
  bool is_begun = false;
  // The moment before, now that it is known how long it lasted.
  std::vector<double> before(groups, 0.0);
  const auto change = [&](std::uint32_t block, double sign) {
    live[group_of[block]] += sign * static_cast<double>(history.blocks[block].bytes);
  };
  walk_blocks(
      history, device, [&](std::uint32_t block) { change(block, 1); },
      [&](std::uint32_t block) { change(block, -1); },
      [&](Tick tick) {
        const std::int64_t now_ns = history.times_ns[tick];
        if (is_begun && now_ns >= curve.from_ns) into.add(since_ns, now_ns, before);
        is_begun = true;
        since_ns = now_ns;
        before = live;
      });
  if (is_begun) into.add(since_ns, std::max(since_ns, curve.to_ns), before);
  return curve;
}

LivePeak peak_of(const AllocationHistory& history, std::int8_t device) {
  LivePeak peak;
  std::int64_t live = 0;
  walk_blocks(
      history, device, [&](std::uint32_t block) { live += history.blocks[block].bytes; },
      [&](std::uint32_t block) { live -= history.blocks[block].bytes; },
      [&](Tick tick) {
        if (live > peak.bytes) peak = {tick, live};
      });
  return peak;
}

void for_each_live(const AllocationHistory& history, std::int8_t device, Tick tick,
                   const std::function<void(std::uint32_t block)>& take) {
  for (std::uint32_t i = 0; i < history.blocks.size(); ++i) {
    const Allocation& block = history.blocks[i];
    if (block.begin > tick) break;
    if (block.device == device && block.end > tick) take(i);
  }
}

std::vector<LiveShare> live_shares(const AllocationHistory& history, std::int8_t device,
                                   Tick tick) {
  std::map<std::pair<MemoryCategory, std::uint32_t>, LiveShare> shares;
  for_each_live(history, device, tick, [&](std::uint32_t number) {
    const Allocation& block = history.blocks[number];
    LiveShare& share = shares[{block.category, block.layer}];
    share.category = block.category;
    share.layer = block.layer;
    share.bytes += block.bytes;
    ++share.blocks;
  });
  std::vector<LiveShare> rows;
  for (const auto& [key, share] : shares) rows.push_back(share);
  std::ranges::stable_sort(rows, std::greater<>(), &LiveShare::bytes);
  return rows;
}

std::vector<StackedBlock> stacked_blocks(const AllocationHistory& history, std::int8_t device,
                                         std::int64_t from_ns, std::int64_t to_ns,
                                         std::size_t most) {
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t i = 0; i < history.blocks.size(); ++i) {
    const Allocation& block = history.blocks[i];
    if (block.device != device || history.times_ns[block.begin] > to_ns) continue;
    if (block.end != never && history.time_of(block.end) < from_ns) continue;
    chosen.push_back(i);
  }
  // By the area that they take of the picture.
  const auto area = [&](std::uint32_t number) {
    const Allocation& block = history.blocks[number];
    const std::int64_t begin = std::max(history.times_ns[block.begin], from_ns);
    const std::int64_t end =
        block.end == never ? to_ns : std::min(history.time_of(block.end), to_ns);
    return static_cast<double>(block.bytes) *
           static_cast<double>(std::max<std::int64_t>(end - begin, 1));
  };
  const auto is_larger = [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(-area(a), a) < std::pair(-area(b), b);
  };
  if (chosen.size() > most) {
    std::ranges::nth_element(chosen, chosen.begin() + static_cast<std::ptrdiff_t>(most), is_larger);
    chosen.resize(most);
  }
  std::ranges::sort(chosen);
  // Begins and ends of the chosen ones, ends first.
  struct Change {
    Tick tick;
    bool is_begin;
    std::size_t at;
  };
  std::vector<Change> changes;
  std::vector<StackedBlock> stacked;
  for (const std::uint32_t number : chosen) {
    changes.push_back({history.blocks[number].begin, true, stacked.size()});
    if (history.blocks[number].end != never) {
      changes.push_back({history.blocks[number].end, false, stacked.size()});
    }
    stacked.push_back({number, {}});
  }
  std::ranges::stable_sort(changes, [](const Change& a, const Change& b) {
    return std::pair(a.tick, a.is_begin) < std::pair(b.tick, b.is_begin);
  });
  std::vector<std::size_t> live;
  std::int64_t top = 0;
  for (const Change& change : changes) {
    const std::int64_t bytes = history.blocks[stacked[change.at].block].bytes;
    if (change.is_begin) {
      live.push_back(change.at);
      stacked[change.at].stretches.push_back({change.tick, top});
      top += bytes;
      continue;
    }
    top -= bytes;
    auto above = live.erase(std::ranges::find(live, change.at));
    for (; above != live.end(); ++above) {
      std::vector<StackedBlock::Stretch>& stretches = stacked[*above].stretches;
      const std::int64_t offset = stretches.back().offset_bytes - bytes;
      // Moves of one tick are one move.
      if (stretches.back().from == change.tick) {
        stretches.back().offset_bytes = offset;
      } else {
        stretches.push_back({change.tick, offset});
      }
    }
  }
  return stacked;
}

}  // namespace actscope::reports
