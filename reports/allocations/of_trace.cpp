// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "allocations/building.hpp"
#include "allocations/sources.hpp"
#include "format/sqlite_reader.hpp"

namespace actscope::reports {
namespace {

class OfTrace {
 public:
  explicit OfTrace(const StoredTrace& trace) : trace_(trace), names_(trace.events.new_names) {
    for (const ScopeEvent& scope : trace.events.scopes) {
      if (scope.kind == ScopeKind::op) operators_[scope.thread].push_back(&scope);
      if (scope.kind == ScopeKind::step) {
        building_.history.steps.push_back({scope.step,
                                           std::clamp(scope.begin_ns, -most_ns, most_ns),
                                           std::clamp(scope.end_ns, -most_ns, most_ns)});
      }
    }
    std::ranges::sort(building_.history.steps, {}, &RecordedStep::begin_ns);
    for (auto& [thread, scopes] : operators_) {
      std::ranges::sort(scopes, {}, [](const ScopeEvent* scope) { return scope->begin_ns; });
    }
    for (const CounterEvent& counter : trace.events.counters) {
      if (names_[counter.name] != "saved_dense_bytes") continue;
      std::int64_t& most = building_.history.dense_saved_bytes;
      most = std::max(most, counter.value);
    }
    begin_source();
  }

  AllocationHistory blocks() {
    for (const MemoryEvent& event : trace_.events.memory) take(event);
    for (auto& [device, window] : windows_) end_window(device, window, false);
    building_.history.source_begins.push_back(building_.history.source_lines.size());
    building_.finish();
    return std::move(building_.history);
  }

 private:
  // What was live before the first event after a gap, and how much of it was freed since.
  struct Window {
    std::int64_t before_bytes = 0, freed_bytes = 0;
    std::int32_t step = -1;
    bool is_begun = false;
  };

  void begin_source() {
    AllocationHistory& history = building_.history;
    history.source_begins.push_back(history.source_lines.size());
  }

  void end_window(std::int8_t device, const Window& window, bool is_gap) {
    Allocation before;
    before.device = device;
    before.bytes = window.before_bytes - window.freed_bytes;
    if (before.bytes <= 0 || before.bytes > most_block_bytes) return;
    if (is_gap) before.end = static_cast<Tick>(building_.history.times_ns.size());
    building_.add_before(before);
  }

  void take(const MemoryEvent& event) {
    if (event.life == MemoryLife::physical || event.bytes == 0) return;
    if (event.bytes > most_block_bytes || event.bytes < -most_block_bytes) {
      ++building_.history.skipped_events;
      return;
    }
    Window& window = windows_[event.device];
    const std::int32_t step = event.place.step;
    const bool is_gap = window.is_begun && step >= 0 && window.step >= 0 && step > window.step + 1;
    if (is_gap) {
      end_window(event.device, window, true);
      building_.end_all(event.device);
      window = {};
    }
    if (!std::exchange(window.is_begun, true)) {
      window.before_bytes = std::clamp(event.live_bytes, -most_ns, most_ns) - event.bytes;
    }
    if (step >= 0) window.step = step;
    building_.tick(event.time_ns);
    const EventPlace at{step, event.place.phase};
    if (event.bytes < 0) {
      if (!building_.is_live(event.device, event.address)) window.freed_bytes -= event.bytes;
      building_.free(event.device, event.address, -event.bytes, at);
      return;
    }
    Allocation block;
    block.address = event.address;
    block.bytes = event.bytes;
    block.device = event.device;
    block.layer = event.place.layer == 0 ? 0 : building_.text(names_[event.place.layer]);
    block.source = source_of(event);
    building_.allocate(block, at);
  }

  // The outermost operator that ran on the thread.
  NameNumber operator_of(const MemoryEvent& event) const {
    const auto of_thread = operators_.find(event.thread);
    if (of_thread == operators_.end()) return 0;
    const std::vector<const ScopeEvent*>& scopes = of_thread->second;
    const auto next = std::ranges::upper_bound(
        scopes, event.time_ns, {}, [](const ScopeEvent* scope) { return scope->begin_ns; });
    if (next == scopes.begin()) return 0;
    const ScopeEvent& scope = **std::prev(next);
    return scope.end_ns >= event.time_ns ? scope.name : NameNumber{0};
  }

  std::uint32_t line(const std::string& text) {
    std::vector<std::string>& lines = building_.history.lines;
    const auto [known, is_new] = lines_.try_emplace(text, static_cast<std::uint32_t>(lines.size()));
    if (is_new) lines.push_back(text);
    return known->second;
  }

  std::uint32_t source_of(const MemoryEvent& event) {
    const TracePlace& place = event.place;
    const std::tuple key{operator_of(event), place.slot, place.layer, place.phase};
    AllocationHistory& history = building_.history;
    const auto [known, is_new] =
        sources_.try_emplace(key, static_cast<std::uint32_t>(history.source_begins.size()));
    if (is_new) {
      begin_source();
      const NameNumber name = std::get<0>(key);
      if (name != 0) history.source_lines.push_back(line(names_[name]));
      if (place.slot != 0) history.source_lines.push_back(line("slot " + names_[place.slot]));
      if (place.layer != 0) history.source_lines.push_back(line("layer " + names_[place.layer]));
      history.source_lines.push_back(line(name_of(place.phase)));
    }
    return known->second;
  }

  const StoredTrace& trace_;
  const std::vector<std::string>& names_;
  AllocationBuilding building_;
  std::map<std::int8_t, Window> windows_;
  std::map<std::uint16_t, std::vector<const ScopeEvent*>> operators_;  // by thread
  std::map<std::tuple<NameNumber, NameNumber, NameNumber, Phase>, std::uint32_t> sources_;
  std::map<std::string, std::uint32_t> lines_;
};

}  // namespace

AllocationHistory allocations_of_trace(const StoredTrace& trace) {
  return OfTrace(trace).blocks();
}

void read_holders(AllocationHistory& history, const std::filesystem::path& database) {
  const SqliteReader file(database);
  if (file.number("SELECT count(*) FROM sqlite_master WHERE name = 'saved_tensor'") == 0) return;
  file.select(
      "SELECT DISTINCT layer.name, slot.text, node, member, allocator_bytes "
      "FROM saved_tensor JOIN saved_storage USING (step, storage) "
      "LEFT JOIN layer ON layer.layer = saved_tensor.layer "
      "LEFT JOIN name AS slot ON slot.name = saved_tensor.slot",
      [&](const SqliteRow& row) {
        const std::string layer = row.text(0), slot = row.text(1);
        const auto text = std::ranges::find(history.texts, layer);
        if (layer.empty() || text == history.texts.end()) return;
        std::string holder = row.text(2) + " " + row.text(3);
        if (!slot.empty()) holder += ", slot " + slot;
        history.holders.push_back({static_cast<std::uint32_t>(text - history.texts.begin()),
                                   row.number(4), std::move(holder)});
      });
}

}  // namespace actscope::reports
