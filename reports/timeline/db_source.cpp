// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "timeline/sources.hpp"
#include "trace/db_reader.hpp"

namespace actscope::reports {
namespace {

constexpr double device_rank = 100'000;  // below the threads

class DatabaseEvents {
 public:
  DatabaseEvents(TimelineBuilder& builder, const StoredTrace& trace)
      : builder_(builder), events_(trace.events) {
    for (const std::string& text : events_.new_names) names_.push_back(builder_.name(text));
  }

  void take() {
    for (const ScopeEvent& scope : events_.scopes) take_scope(scope);
    for (const KernelEvent& kernel : events_.kernels) take_kernel(kernel);
    take_memory();
    for (const CounterEvent& counter : events_.counters) take_counter(counter);
  }

 private:
  std::uint32_t place_of(const TracePlace& place) {
    // Records of one place mostly follow each other.
    if (is_same(place)) return last_number_;
    last_place_ = place;
    last_number_ =
        builder_.place({names_[place.layer], names_[place.slot], place.step, place.phase});
    return last_number_;
  }

  bool is_same(const TracePlace& place) const {
    return place.step == last_place_.step && place.layer == last_place_.layer &&
           place.slot == last_place_.slot && place.phase == last_place_.phase;
  }

  std::uint32_t lane_of(std::uint16_t thread, ScopeKind kind) {
    const std::size_t key = std::size_t{thread} * 4 + static_cast<std::size_t>(kind);
    if (key >= lanes_.size()) lanes_.resize(key + 1, no_slice);
    if (lanes_[key] == no_slice) {
      const std::string title = std::string(name_of(kind)) + "s" +
                                (thread == 0 ? "" : fmt::format(", thread {}", thread));
      const double level = static_cast<double>(kind);
      lanes_[key] = builder_.lane(title, lane_kind_of(title), {thread, level});
    }
    return lanes_[key];
  }

  // From the first forward of a layer to the first backward of the same step.
  void take_arrow(const ScopeEvent& scope, std::uint32_t lane) {
    const bool is_forward = scope.phase == Phase::forward;
    if (!is_forward && scope.phase != Phase::backward) return;
    const std::uint64_t key =
        (static_cast<std::uint64_t>(static_cast<std::uint32_t>(scope.step)) << 16U) | scope.layer;
    auto& first = (is_forward ? first_forward_ : first_backward_);
    if (!first.emplace(key, true).second) return;
    builder_.arrow_end(key, is_forward, lane, scope.begin_ns);
  }

  void take_scope(const ScopeEvent& scope) {
    const std::uint32_t lane = lane_of(scope.thread, scope.kind);
    builder_.slice(lane, scope.begin_ns, scope.end_ns - scope.begin_ns, names_[scope.name],
                   place_of(scope.place()));
    if (scope.kind == ScopeKind::step) builder_.step(scope.step, scope.begin_ns, scope.end_ns);
    if (scope.kind == ScopeKind::layer) take_arrow(scope, lane);
  }

  void take_kernel(const KernelEvent& kernel) {
    if (kernel.begin_ns == 0 || kernel.end_ns < kernel.begin_ns) return builder_.leave_out();
    const auto [stream, is_new] = streams_.try_emplace({kernel.device, kernel.stream}, 0);
    if (is_new) {
      stream->second =
          builder_.lane(fmt::format("device {}, stream {}", kernel.device, kernel.stream),
                        LaneKind::device, {device_rank + kernel.device, kernel.stream});
    }
    builder_.slice(stream->second, kernel.begin_ns, kernel.end_ns - kernel.begin_ns,
                   builder_.name(kernel.name), place_of(kernel.place));
  }

  std::size_t lanes_of_thread(std::uint16_t thread) {
    const auto [list, is_new] = lists_.try_emplace(thread, 0);
    if (is_new) {
      list->second =
          builder_.lane_list({lane_of(thread, ScopeKind::op), lane_of(thread, ScopeKind::layer),
                              lane_of(thread, ScopeKind::phase), lane_of(thread, ScopeKind::step)});
    }
    return list->second;
  }

  void take_memory() {
    std::map<std::int8_t, std::uint32_t> counters;
    for (const MemoryEvent& event : events_.memory) {
      if (event.life == MemoryLife::physical) continue;  // live_bytes stays as it was
      const auto [counter, is_new] = counters.try_emplace(event.device, 0);
      if (is_new) {
        counter->second = builder_.counter(event.device == host_memory
                                               ? "live_bytes"
                                               : fmt::format("live_bytes, device {}", event.device),
                                           true);
      }
      builder_.value(counter->second, event.time_ns, static_cast<double>(event.live_bytes));
      builder_.allocation(lanes_of_thread(event.thread), event.time_ns, event.bytes);
    }
  }

  void take_counter(const CounterEvent& counter) {
    const bool is_of_thread = counter.unit == CounterUnit::events;
    const std::string title = events_.new_names[counter.name] +
                              (is_of_thread ? fmt::format(", thread {}", counter.thread) : "");
    builder_.value(builder_.counter(title, !is_of_thread), counter.time_ns,
                   static_cast<double>(counter.value));
  }

  TimelineBuilder& builder_;
  const TraceBatch& events_;
  std::vector<std::uint32_t> names_, lanes_;
  std::map<std::pair<std::int32_t, std::int32_t>, std::uint32_t> streams_;
  std::map<std::uint16_t, std::size_t> lists_;
  std::unordered_map<std::uint64_t, bool> first_forward_, first_backward_;
  TracePlace last_place_;
  std::uint32_t last_number_ = 0;
};

}  // namespace

bool take_trace_db(TimelineBuilder& builder, const std::filesystem::path& file,
                   const ReadingProgress& progress) {
  bool is_stopped = false;
  const StoredTrace trace = read_trace_db(file, [&](double share) {
    is_stopped = progress && !progress(share);
    return !is_stopped;
  });
  if (is_stopped) return false;
  DatabaseEvents(builder, trace).take();
  return true;
}

}  // namespace actscope::reports
