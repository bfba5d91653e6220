// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "format/pickle.hpp"

namespace actscope::reports::test {

/// A line of a device's history; frames as {file, name}, all in line 7.
struct MadeEvent {
  const char* action = "alloc";
  std::int64_t address = 0, bytes = 0, time_us = 0;
  std::vector<std::pair<std::string, std::string>> frames;
};

inline void write_frames(PickleWriter& out, const MadeEvent& event) {
  out.text("frames");
  out.begin_list();
  for (const auto& [file, name] : event.frames) {
    out.begin_dictionary();
    out.pair("filename", file);
    out.pair("name", name);
    out.pair("line", 7);
    out.end_dictionary();
  }
  out.end_list();
}

/// A snapshot of one device; what is live at the end stands in a segment of its own.
inline std::string made_snapshot(const std::vector<MadeEvent>& events,
                                 const std::vector<MadeEvent>& live = {}) {
  PickleWriter out;
  out.begin_dictionary();
  out.text("segments");
  out.begin_list();
  for (const MadeEvent& block : live) {
    out.begin_dictionary();
    out.pair("address", block.address);
    out.pair("total_size", block.bytes);
    out.pair("device", 0);
    out.text("blocks");
    out.begin_list();
    out.begin_dictionary();
    out.pair("address", block.address);
    out.pair("size", block.bytes);
    out.pair("state", "active_allocated");
    write_frames(out, block);
    out.end_dictionary();
    out.end_list();
    out.end_dictionary();
  }
  out.end_list();
  out.text("device_traces");
  out.begin_list();
  out.begin_list();
  for (const MadeEvent& event : events) {
    out.begin_dictionary();
    out.pair("action", event.action);
    out.pair("addr", event.address);
    out.pair("size", event.bytes);
    out.pair("stream", 0);
    out.pair("time_us", event.time_us);
    write_frames(out, event);
    out.end_dictionary();
  }
  out.end_list();
  out.end_list();
  out.end_dictionary();
  return out.take();
}

}  // namespace actscope::reports::test
