// SPDX-License-Identifier: Apache-2.0
#include "trace/memory_snapshot.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "actscope/base/error.hpp"
#include "format/pickle.hpp"

namespace actscope::reports {
namespace {

using Address = std::uint64_t;

std::int64_t number(Address address) {
  return static_cast<std::int64_t>(address);
}

// A block that has an owner, or whose owner has let go while a stream still works on it.
struct Block {
  const MemoryEvent* event = nullptr;  // its allocation; the free request if that was not seen
  bool has_owner = false;

  Address begin() const { return event->address; }
  std::int64_t bytes() const { return std::abs(event->bytes); }
  Address end() const { return begin() + static_cast<Address>(bytes()); }
};

// A line of a device's history. The viewer goes through it backwards from the blocks at the end, so
// that every free has to find its block again.
struct Entry {
  const MemoryEvent* event = nullptr;  // whose address, size and place it has
  const char* action = "";
  std::int64_t time_ns = 0;
};

// A stretch of memory in which blocks lie or lay: the viewer looks for each block in a segment.
struct Segment {
  Address begin = 0;
  Address end = 0;
};

// The history of one device.
class History {
 public:
  void add(const MemoryEvent& event) {
    if (event.bytes > 0) {
      end_overlapped(event);
      live_[event.address] = {&event, true};
      entries_.push_back({&event, "alloc", event.time_ns});
    } else if (event.life == MemoryLife::logical) {
      const auto block = live_.try_emplace(event.address, Block{&event, false}).first;
      block->second.has_owner = false;
      entries_.push_back({&event, "free_requested", event.time_ns});
    } else {
      live_.erase(event.address);
      entries_.push_back({&event, "free_completed", event.time_ns});
    }
    cover(event);
  }

  const std::vector<Entry>& entries() const { return entries_; }
  const std::map<Address, Block>& live() const { return live_; }

  // By address; none overlaps or touches another.
  std::vector<Segment> segments() const {
    std::vector<Segment> all;
    for (const auto& [begin, end] : covered_) {
      if (!all.empty() && begin <= all.back().end) {
        all.back().end = std::max(all.back().end, end);
      } else {
        all.push_back({begin, end});
      }
    }
    return all;
  }

 private:
  // Frees in steps that are not traced are not seen. So blocks that overlap a new allocation have
  // ended before it.
  void end_overlapped(const MemoryEvent& event) {
    const Address end = event.address + static_cast<Address>(event.bytes);
    auto at = live_.lower_bound(event.address);
    if (at != live_.begin() && std::prev(at)->second.end() > event.address) --at;
    while (at != live_.end() && at->first < end) {
      const Block& block = at->second;
      if (block.has_owner) entries_.push_back({block.event, "free_requested", event.time_ns});
      entries_.push_back({block.event, "free_completed", event.time_ns});
      at = live_.erase(at);
    }
  }

  void cover(const MemoryEvent& event) {
    Address& end = covered_[event.address];
    end = std::max(end, event.address + static_cast<Address>(std::abs(event.bytes)));
  }

  std::vector<Entry> entries_;
  std::map<Address, Block> live_;
  std::map<Address, Address> covered_;  // begin and end of every block that ever was
};

class Writing {
 public:
  explicit Writing(const StoredTrace& trace) : trace_(trace) {
    for (const MemoryEvent& event : trace.events.memory) {
      if (event.device < 0) continue;
      const auto device = static_cast<std::size_t>(event.device);
      if (device >= devices_.size()) devices_.resize(device + 1);
      devices_[device].add(event);
    }
  }

  bool is_empty() const { return devices_.empty(); }

  std::string bytes() {
    out_.begin_dictionary();
    out_.text("segments");
    out_.begin_list();
    for (std::size_t device = 0; device < devices_.size(); ++device) write_segments(device);
    out_.end_list();
    out_.text("device_traces");
    out_.begin_list();
    for (std::size_t device = 0; device < devices_.size(); ++device) write_device(device);
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

  void write_device(std::size_t device) {
    out_.begin_list();
    for (const Entry& entry : devices_[device].entries()) {
      out_.begin_dictionary();
      out_.pair("action", entry.action);
      out_.pair("addr", number(entry.event->address));
      out_.pair("size", std::abs(entry.event->bytes));
      out_.pair("stream", 0);
      out_.pair("device", static_cast<std::int64_t>(device));
      out_.pair("time_us", entry.time_ns / 1000);
      write_frames(entry.event->place);
      out_.end_dictionary();
    }
    out_.end_list();
  }

  void write_segments(std::size_t device) {
    auto block = devices_[device].live().begin();
    for (const Segment& segment : devices_[device].segments()) {
      std::vector<Block> blocks;
      for (; block != devices_[device].live().end() && block->first < segment.end; ++block) {
        blocks.push_back(block->second);
      }
      write_segment(device, segment, blocks);
    }
  }

  void write_segment(std::size_t device, const Segment& segment, const std::vector<Block>& blocks) {
    std::int64_t active = 0, allocated = 0;
    for (const Block& block : blocks) {
      active += block.bytes();
      if (block.has_owner) allocated += block.bytes();
    }
    const std::int64_t bytes = number(segment.end - segment.begin);
    out_.begin_dictionary();
    out_.pair("device", static_cast<std::int64_t>(device));
    out_.pair("address", number(segment.begin));
    out_.pair("stream", 0);
    out_.pair("segment_type", bytes < (std::int64_t{1} << 20) ? "small" : "large");
    out_.pair("total_size", bytes);
    out_.pair("active_size", active);
    out_.pair("requested_size", active);
    out_.pair("allocated_size", allocated);
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
    // The viewer takes each block to begin where the one before it ends.
    Address at = segment.begin;
    for (const Block& block : blocks) {
      write_gap(at, block.begin());
      write_block(block);
      at = block.end();
    }
    write_gap(at, segment.end);
    out_.end_list();
    out_.end_dictionary();
  }

  void write_gap(Address begin, Address end) {
    if (begin == end) return;
    out_.begin_dictionary();
    out_.pair("address", number(begin));
    out_.pair("size", number(end - begin));
    out_.pair("requested_size", 0);
    out_.pair("state", "inactive");
    out_.text("frames");
    out_.begin_list();
    out_.end_list();
    out_.end_dictionary();
  }

  void write_block(const Block& block) {
    out_.begin_dictionary();
    out_.pair("address", number(block.begin()));
    out_.pair("size", block.bytes());
    out_.pair("requested_size", block.bytes());
    out_.pair("state", block.has_owner ? "active_allocated" : "active_pending_free");
    write_frames(block.event->place);
    out_.end_dictionary();
  }

  const StoredTrace& trace_;
  std::vector<History> devices_;  // by number
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
