// SPDX-License-Identifier: Apache-2.0
#include "trace/chrome_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "format/gzip.hpp"

namespace actscope::reports {
namespace {

struct Slice {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::string name;
  std::string details;  ///< further members of the begin event
  std::string arrow;    ///< an event that is bound to this slice, without thread and time
};

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string time_text(std::int64_t time_ns) {
  const std::uint64_t size =
      time_ns < 0 ? 0 - static_cast<std::uint64_t>(time_ns) : static_cast<std::uint64_t>(time_ns);
  return fmt::format("{}{}.{:03}", time_ns < 0 ? "-" : "", size / 1000, size % 1000);
}

class Writing {
 public:
  explicit Writing(const StoredTrace& trace) : trace_(trace) {}

  std::string text() {
    add(R"({"name":"process_name","ph":"M","pid":1,"args":{"name":"actscope"}})");
    for (const ScopeEvent& scope : trace_.events.scopes) take_scope(scope);
    for (const KernelEvent& kernel : trace_.events.kernels) take_kernel(kernel);
    int first_thread = 1;
    for (auto& [key, track] : tracks_) first_thread = write_track(track, first_thread);
    write_counters();
    nlohmann::json meta = trace_.meta;
    return R"({"displayTimeUnit":"ns","otherData":)" +
           meta.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
           ",\"traceEvents\":[\n" + events_ + "\n]}\n";
  }

 private:
  struct Track {
    std::string name;
    std::vector<Slice> slices;
  };
  using Lane = std::vector<const Slice*>;  // the open slices, the innermost last

  void add(const std::string& event) {
    if (!events_.empty()) events_ += ",\n";
    events_ += event;
  }

  const std::string& name(NameNumber number) const { return trace_.events.new_names[number]; }

  std::string arguments(const TracePlace& place) const {
    std::string list = fmt::format(R"("phase":"{}","step":{})", name_of(place.phase), place.step);
    if (place.layer != 0) list += ",\"layer\":" + json_text(name(place.layer));
    if (place.slot != 0) list += ",\"slot\":" + json_text(name(place.slot));
    return ",\"args\":{" + list + "}";
  }

  // From the first forward of a layer to the first backward of the same step.
  std::string arrow(const ScopeEvent& scope) {
    if (scope.kind != ScopeKind::layer) return {};
    if (scope.phase != Phase::forward && scope.phase != Phase::backward) return {};
    if (!arrows_.insert({scope.step, scope.layer, scope.phase}).second) return {};
    return fmt::format(R"("name":"backward","cat":"layer","ph":"{}","bp":"e","id":"{}.{}")",
                       scope.phase == Phase::forward ? "s" : "f", scope.step, scope.layer);
  }

  void take_scope(const ScopeEvent& scope) {
    const auto kind = static_cast<std::int64_t>(scope.kind);
    Track& track = tracks_[{0, scope.thread, kind}];
    if (track.name.empty()) {
      track.name = std::string(name_of(scope.kind)) + "s" +
                   (scope.thread == 0 ? "" : fmt::format(", thread {}", scope.thread));
    }
    track.slices.push_back({scope.begin_ns, std::max(scope.begin_ns, scope.end_ns),
                            name(scope.name), arguments(scope.place()), arrow(scope)});
  }

  void take_kernel(const KernelEvent& kernel) {
    if (kernel.begin_ns == 0 || kernel.end_ns < kernel.begin_ns) return;  // counted as untimed
    Track& track = tracks_[{1, kernel.device, kernel.stream}];
    track.name = fmt::format("device {}, stream {}", kernel.device, kernel.stream);
    track.slices.push_back(
        {kernel.begin_ns, kernel.end_ns, kernel.name, arguments(kernel.place), {}});
  }

  void end_until(Lane& lane, int thread, std::int64_t time_ns) {
    while (!lane.empty() && lane.back()->end_ns <= time_ns) {
      add(fmt::format(R"({{"ph":"E","pid":1,"tid":{},"ts":{}}})", thread,
                      time_text(lane.back()->end_ns)));
      lane.pop_back();
    }
  }

  void begin(Lane& lane, int thread, const Slice& slice) {
    const std::string time = time_text(slice.begin_ns);
    add(fmt::format(R"({{"name":{},"ph":"B","pid":1,"tid":{},"ts":{}{}}})", json_text(slice.name),
                    thread, time, slice.details));
    if (!slice.arrow.empty()) {
      add(fmt::format(R"({{{},"pid":1,"tid":{},"ts":{}}})", slice.arrow, thread, time));
    }
    lane.push_back(&slice);
  }

  // Returns the number behind the last thread that the track took.
  int write_track(Track& track, int first_thread) {
    std::ranges::stable_sort(track.slices, [](const Slice& a, const Slice& b) {
      return std::tuple(a.begin_ns, b.end_ns) < std::tuple(b.begin_ns, a.end_ns);
    });
    std::vector<Lane> lanes;
    for (const Slice& slice : track.slices) {
      std::size_t at = 0;
      for (; at < lanes.size(); ++at) {
        end_until(lanes[at], first_thread + static_cast<int>(at), slice.begin_ns);
        if (lanes[at].empty() || lanes[at].back()->end_ns >= slice.end_ns) break;
      }
      if (at == lanes.size()) lanes.emplace_back();
      begin(lanes[at], first_thread + static_cast<int>(at), slice);
    }
    for (std::size_t at = 0; at < lanes.size(); ++at) {
      const int thread = first_thread + static_cast<int>(at);
      end_until(lanes[at], thread, std::numeric_limits<std::int64_t>::max());
      add(fmt::format(R"({{"name":"thread_name","ph":"M","pid":1,"tid":{},"args":{{"name":{}}}}})",
                      thread, json_text(track.name)));
      add(fmt::format(
          R"({{"name":"thread_sort_index","ph":"M","pid":1,"tid":{0},"args":{{"sort_index":{0}}}}})",
          thread));
    }
    return first_thread + static_cast<int>(lanes.size());
  }

  void write_counter(const std::string& name, std::int64_t time_ns, std::int64_t value,
                     CounterUnit unit = CounterUnit::bytes) {
    add(fmt::format(R"({{"name":{},"ph":"C","pid":1,"ts":{},"args":{{"{}":{}}}}})", json_text(name),
                    time_text(time_ns), name_of(unit), value));
  }

  void write_counters() {
    for (const MemoryEvent& memory : trace_.events.memory) {
      if (memory.life == MemoryLife::physical) continue;  // live_bytes stays as it was
      write_counter(memory.device == host_memory
                        ? "live_bytes"
                        : fmt::format("live_bytes, device {}", memory.device),
                    memory.time_ns, memory.live_bytes);
    }
    for (const CounterEvent& counter : trace_.events.counters) {
      const bool is_of_thread = counter.unit == CounterUnit::events;
      write_counter(
          name(counter.name) + (is_of_thread ? fmt::format(", thread {}", counter.thread) : ""),
          counter.time_ns, counter.value, counter.unit);
    }
  }

  const StoredTrace& trace_;
  // Host threads by kind of scope, then streams by device.
  std::map<std::tuple<int, std::int64_t, std::int64_t>, Track> tracks_;
  std::set<std::tuple<std::int32_t, NameNumber, Phase>> arrows_;
  std::string events_;
};

}  // namespace

std::string chrome_trace(const StoredTrace& trace) {
  return gzip(Writing(trace).text());
}

}  // namespace actscope::reports
