// SPDX-License-Identifier: Apache-2.0
#include "memory_snapshot.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "actscope/base/error.hpp"
#include "pickle.hpp"

namespace actscope::reports {
namespace {

using Address = std::uint64_t;

std::int64_t number(Address address) {
  return static_cast<std::int64_t>(address);
}

class Writing {
 public:
  explicit Writing(const StoredTrace& trace) : trace_(trace) {
    for (const MemoryEvent& event : trace.events.memory) {
      if (event.device < 0) continue;
      devices_ = std::max(devices_, int{event.device} + 1);
      events_.push_back(&event);
      if (event.bytes > 0) {
        live_[{event.device, event.address}] = {&event, true};
      } else if (event.life == MemoryLife::logical) {
        const auto found = live_.find({event.device, event.address});
        if (found != live_.end()) found->second.has_owner = false;
      } else {
        live_.erase({event.device, event.address});
      }
    }
  }

  bool is_empty() const { return events_.empty(); }

  std::string bytes() {
    out_.begin_dictionary();
    out_.text("segments");
    out_.begin_list();
    for (const auto& [place, block] : live_) write_segment(block);
    out_.end_list();
    out_.text("device_traces");
    out_.begin_list();
    for (int device = 0; device < devices_; ++device) write_device(device);
    out_.end_list();
    out_.text("external_annotations");
    out_.begin_list();
    out_.end_list();
    out_.text("allocator_settings");
    out_.begin_dictionary();
    out_.end_dictionary();
    out_.end_dictionary();
    return out_.take();
  }

 private:
  // What is allocated, or let go of while a stream still works on it.
  struct Block {
    const MemoryEvent* allocation = nullptr;
    bool has_owner = false;
  };

  static const char* action_of(const MemoryEvent& event) {
    if (event.bytes > 0) return "alloc";
    return event.life == MemoryLife::logical ? "free_requested" : "free_completed";
  }

  void write_frame(const std::string& name, const std::string& file, std::int64_t line) {
    out_.begin_dictionary();
    out_.pair("name", name);
    out_.pair("filename", file);
    out_.pair("line", line);
    out_.end_dictionary();
  }

  void write_frames(const TracePlace& place) {
    const std::vector<std::string>& names = trace_.events.new_names;
    out_.text("frames");
    out_.begin_list();
    if (place.slot != 0) write_frame(names[place.slot], "slot", 0);
    if (place.layer != 0) write_frame(names[place.layer], "layer", 0);
    write_frame(name_of(place.phase), "step", place.step);
    out_.end_list();
  }

  void write_device(int device) {
    out_.begin_list();
    for (const MemoryEvent* event : events_) {
      if (event->device != device) continue;
      out_.begin_dictionary();
      out_.pair("action", action_of(*event));
      out_.pair("addr", number(event->address));
      out_.pair("size", std::abs(event->bytes));
      out_.pair("stream", 0);
      out_.pair("device", device);
      out_.pair("time_us", event->time_ns / 1000);
      write_frames(event->place);
      out_.end_dictionary();
    }
    out_.end_list();
  }

  void write_segment(const Block& block) {
    const MemoryEvent& event = *block.allocation;
    out_.begin_dictionary();
    out_.pair("device", event.device);
    out_.pair("address", number(event.address));
    out_.pair("stream", 0);
    out_.pair("segment_type", event.bytes < (std::int64_t{1} << 20) ? "small" : "large");
    for (const char* size : {"total_size", "active_size", "requested_size"}) {
      out_.pair(size, event.bytes);
    }
    out_.pair("allocated_size", block.has_owner ? event.bytes : 0);
    out_.text("segment_pool_id");
    out_.begin_list();
    out_.number(0);
    out_.number(0);
    out_.end_list();
    out_.text("is_expandable");
    out_.boolean(false);
    out_.text("frames");
    out_.begin_list();
    out_.end_list();
    out_.text("blocks");
    out_.begin_list();
    write_block(block);
    out_.end_list();
    out_.end_dictionary();
  }

  void write_block(const Block& block) {
    const MemoryEvent& event = *block.allocation;
    out_.begin_dictionary();
    out_.pair("address", number(event.address));
    out_.pair("size", event.bytes);
    out_.pair("requested_size", event.bytes);
    out_.pair("state", block.has_owner ? "active_allocated" : "active_pending_free");
    write_frames(event.place);
    out_.end_dictionary();
  }

  const StoredTrace& trace_;
  std::vector<const MemoryEvent*> events_;
  std::map<std::pair<int, Address>, Block> live_;
  int devices_ = 0;
  PickleWriter out_;
};

}  // namespace

std::string memory_snapshot(const StoredTrace& trace) {
  Writing writing(trace);
  if (writing.is_empty()) {
    throw EnvironmentError(error_text("no memory.pickle from this trace",
                                      "it has no allocation on a CUDA device",
                                      "take --format perfetto or chrome, which show the host's"));
  }
  return writing.bytes();
}

}  // namespace actscope::reports
