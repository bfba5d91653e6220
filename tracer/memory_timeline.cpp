// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/memory_timeline.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "actscope/tracer/name.hpp"

namespace actscope::tracer {
namespace {

// One piece of memory from its allocation to its end.
struct Piece {
  std::int64_t bytes = 0;
  TracePlace place;
  bool is_older = false;
  bool is_freed = false;
  std::optional<MemoryCategory> mark;

  MemoryCategory category() const {
    if (mark) return *mark;
    return !is_older && is_freed ? MemoryCategory::workspace : MemoryCategory::other;
  }
};

// A piece comes (bytes above 0) or goes.
struct Change {
  std::size_t piece;
  std::int64_t bytes;
};

struct History {
  std::vector<Piece> pieces;
  std::vector<Change> changes;  // in order of time
  std::size_t older = 0;        // how many of `pieces`, the first ones, were live at the start
};

MemoryPeak peak_at(std::int64_t bytes, const TracePlace& place) {
  return {bytes, Name(place.layer).text(), Name(place.slot).text(), name_of(place.phase)};
}

// The highest point of the pieces that `counts` takes, and the number of changes up to it.
struct Highest {
  std::int64_t bytes = 0;
  std::size_t changes = 0;
  TracePlace place;
};

Highest highest_of(const History& history, const std::function<bool(const Piece&)>& counts) {
  Highest highest;
  for (std::size_t p = 0; p < history.older; ++p) {
    if (counts(history.pieces[p])) highest.bytes += history.pieces[p].bytes;
  }
  std::int64_t live = highest.bytes;
  for (std::size_t c = 0; c < history.changes.size(); ++c) {
    const Piece& piece = history.pieces[history.changes[c].piece];
    if (!counts(piece)) continue;
    live += history.changes[c].bytes;
    if (live > highest.bytes) highest = {live, c + 1, piece.place};
  }
  return highest;
}

// Which pieces are live after so many changes, by their number.
std::vector<std::size_t> live_after(const History& history, std::size_t changes) {
  std::vector<bool> is_live(history.pieces.size());
  for (std::size_t p = 0; p < history.older; ++p) is_live[p] = true;
  for (std::size_t c = 0; c < changes; ++c) {
    is_live[history.changes[c].piece] = history.changes[c].bytes > 0;
  }
  std::vector<std::size_t> live;
  live.reserve(history.pieces.size());
  for (std::size_t p = 0; p < history.pieces.size(); ++p) {
    if (is_live[p]) live.push_back(p);
  }
  return live;
}

std::vector<MemoryShare> composition_of(const History& history,
                                        const std::vector<std::size_t>& live) {
  std::map<std::pair<MemoryCategory, NameNumber>, MemoryShare> shares;
  for (const std::size_t p : live) {
    const Piece& piece = history.pieces[p];
    MemoryShare& share = shares[{piece.category(), piece.place.layer}];
    share.category = piece.category();
    share.layer = Name(piece.place.layer).text();
    share.bytes += piece.bytes;
    ++share.allocations;
  }
  std::vector<MemoryShare> list;
  list.reserve(shares.size());
  for (auto& [key, share] : shares) list.push_back(std::move(share));
  std::ranges::stable_sort(list, std::greater(), &MemoryShare::bytes);
  return list;
}

std::vector<CategoryAtPeak> categories_of(const History& history,
                                          const std::vector<std::size_t>& live) {
  std::map<MemoryCategory, CategoryAtPeak> rows;
  for (const std::size_t p : live) {
    CategoryAtPeak& row = rows[history.pieces[p].category()];
    row.category = history.pieces[p].category();
    row.bytes += history.pieces[p].bytes;
  }
  std::vector<CategoryAtPeak> list;
  for (auto& [category, row] : rows) {
    const Highest without =
        highest_of(history, [&](const Piece& piece) { return piece.category() != row.category; });
    row.without = peak_at(without.bytes, without.place);
    list.push_back(std::move(row));
  }
  std::ranges::stable_sort(list, std::greater(), &CategoryAtPeak::bytes);
  return list;
}

// Pieces by the address at which they are live now.
class Builder {
 public:
  explicit Builder(const std::vector<LiveMemory>& live) {
    for (const LiveMemory& memory : live) open(memory.address, {memory.bytes, {}, true, false, {}});
    history_.older = history_.pieces.size();
  }
  void apply(const MemoryEvent& event) {
    if (event.life == MemoryLife::physical) return;  // its owner has let go of it before
    if (event.bytes > 0) {
      open(event.address, {event.bytes, event.place, false, false, {}});
      history_.changes.push_back({history_.pieces.size() - 1, event.bytes});
      return;
    }
    const auto found = at_.find(event.address);
    if (found == at_.end()) return;  // its allocation was not recorded
    Piece& piece = history_.pieces[found->second];
    piece.is_freed = true;
    history_.changes.push_back({found->second, -piece.bytes});
    at_.erase(found);
  }
  // The piece that is marked, if one is there.
  std::optional<std::size_t> mark(std::uint64_t address, MemoryCategory category) {
    const auto found = at_.find(address);
    if (found == at_.end()) return std::nullopt;
    Piece& piece = history_.pieces[found->second];
    if (!piece.mark) piece.mark = category;
    return found->second;
  }
  const History& history() const { return history_; }

 private:
  void open(std::uint64_t address, Piece piece) {
    at_[address] = history_.pieces.size();
    history_.pieces.push_back(piece);
  }

  History history_;
  std::unordered_map<std::uint64_t, std::size_t> at_;
};

}  // namespace

std::size_t MemoryTimeline::mark(std::int64_t time_ns, const void* address,
                                 MemoryCategory category) {
  marks_.push_back({time_ns, reinterpret_cast<std::uint64_t>(address), category, marks_.size()});
  return marks_.size() - 1;
}

MemoryExplanation MemoryTimeline::explain() const {
  std::vector<MemoryEvent> events = events_;
  std::ranges::stable_sort(events, {}, &MemoryEvent::time_ns);
  std::vector<Mark> marks = marks_;
  std::ranges::stable_sort(marks, {}, &Mark::time_ns);
  MemoryExplanation explanation;
  MemoryRecord& record = explanation.record;
  record.step = step_;
  Builder builder(live_);
  std::vector<std::optional<std::size_t>> marked(marks.size());
  auto next = marks.begin();
  const auto mark_before = [&](std::int64_t time_ns) {
    for (; next != marks.end() && next->time_ns < time_ns; ++next) {
      marked[next->number] = builder.mark(next->address, next->category);
    }
  };
  for (const MemoryEvent& event : events) {
    mark_before(event.time_ns);
    builder.apply(event);
    if (event.bytes > 0) record.allocated_bytes += event.bytes;
  }
  mark_before(std::numeric_limits<std::int64_t>::max());
  const History& history = builder.history();
  const Highest highest = highest_of(history, [](const Piece&) { return true; });
  record.peak = peak_at(highest.bytes, highest.place);
  const std::vector<std::size_t> live = live_after(history, highest.changes);
  record.composition = composition_of(history, live);
  record.categories = categories_of(history, live);
  explanation.marks_at_peak.reserve(marked.size());
  for (const std::optional<std::size_t>& piece : marked) {
    explanation.marks_at_peak.push_back(piece && std::ranges::binary_search(live, *piece));
  }
  return explanation;
}

}  // namespace actscope::tracer
