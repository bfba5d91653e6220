// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "timeline/builder.hpp"

namespace actscope::reports {

/// Members of an event of Chrome's trace format that are read, and of its args from `layer` on.
enum class ChromeField : std::uint8_t {
  none,
  ph,
  name,
  cat,
  pid,
  tid,
  ts,
  dur,
  id,
  args,
  layer,
  phase,
  slot,
  step,
  text,
  order,
  labels,
  bytes,
  live,
  device_type,
  device,
  other,  ///< a value of a counter, where the event is one
};

ChromeField event_field(std::string_view key);
ChromeField argument_field(std::string_view key);

/// Takes the events one by one: slices (X; B and E), counters (C), arrows (s, f), names and order
/// of threads (M); of kineto's also steps, what ran backward, and allocations.
class ChromeEvents {
 public:
  explicit ChromeEvents(TimelineBuilder& builder) : builder_(builder) {}

  void begin() { now_ = {}; }
  void end();
  /// What never ended is left out.
  void finish();

  void set_time(ChromeField field, std::int64_t ns);
  void set_whole(ChromeField field, std::int64_t value, const std::string& key);
  void set_number(ChromeField field, double value, const std::string& key);
  void set_text(ChromeField field, std::string_view text);
  /// Whether values of args under any name are wanted.
  bool is_counting() const { return now_.ph == 'C' || now_.ph == 0; }

 private:
  struct Event {
    char ph = 0;
    bool has_time = false;
    Phase phase = Phase::other;
    std::uint32_t name = 0, cat = 0, layer = 0, slot = 0, text = 0, id = 0;
    std::int32_t step = -1;
    std::int64_t pid = 0, tid = 0, ts_ns = 0, dur_ns = 0, order = 0;
    std::int64_t bytes = 0, live_bytes = -1, device_type = 0, device = -1;
  };
  struct Open {
    std::int64_t begin_ns;
    std::uint32_t name, place;
  };
  struct Thread {
    std::uint32_t lane = 0;
    std::size_t list = 0;
    std::int64_t pid = 0, order = 0;
    std::string name;
    bool is_device = false;
    std::vector<Open> open;
  };
  struct Step {
    std::uint32_t lane;
    std::int32_t step;
    std::int64_t begin_ns, end_ns;
  };
  using ThreadKey = std::pair<std::int64_t, std::int64_t>;
  struct KeyHash {
    std::size_t operator()(const ThreadKey& key) const noexcept {
      const auto process = static_cast<std::uint64_t>(key.first);
      return std::hash<std::uint64_t>()(process * 1000003 + static_cast<std::uint64_t>(key.second));
    }
  };

  Thread& thread();
  std::uint32_t place();
  void take_slice(std::int64_t begin_ns, std::int64_t duration_ns);
  void take_counter();
  void take_allocation();
  void take_meta();

  TimelineBuilder& builder_;
  Event now_;
  std::vector<std::pair<std::string, double>> values_;  // of a counter; the first `counted_` count
  std::size_t counted_ = 0;
  std::unordered_map<ThreadKey, Thread, KeyHash> threads_;
  std::vector<Step> steps_;  // those of ours, until lanes have their names
  ThreadKey last_key_;
  Thread* last_ = nullptr;
  std::unordered_map<std::int64_t, std::pair<std::string, std::int64_t>> processes_;
};

}  // namespace actscope::reports
