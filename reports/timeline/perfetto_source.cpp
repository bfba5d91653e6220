// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "actscope/base/error.hpp"
#include "format/inflating.hpp"
#include "perfetto_trace.pb.h"
#include "timeline/sources.hpp"

namespace actscope::reports {
namespace {

using perfetto::TracePacket;
using perfetto::TrackEvent;

// The part of Perfetto's format that Actscope writes; what else a file holds is passed over.
class PerfettoEvents {
 public:
  PerfettoEvents(TimelineBuilder& builder, std::string source)
      : builder_(builder), source_(std::move(source)) {}

  void take(const perfetto::Trace& trace, bool is_inside = false) {
    for (const TracePacket& packet : trace.packet()) {
      if (packet.has_compressed_packets() && !is_inside) {
        perfetto::Trace unpacked;
        if (!unpacked.ParseFromString(inflated(packet.compressed_packets(), source_))) {
          throw ReportFormatError(
              error_text(source_ + " is damaged", "a packet cannot be read", "write it again"));
        }
        take(unpacked, true);
      }
      for (const perfetto::EventName& name : packet.interned_data().event_names()) {
        names_[name.iid()] = builder_.name(name.name());
      }
      if (packet.has_track_descriptor()) take_track(packet.track_descriptor());
      if (packet.has_track_event()) take_event(packet);
    }
  }

  void finish() {
    for (const auto& [uuid, track] : tracks_) {
      builder_.leave_out(static_cast<std::int64_t>(track.open.size()));
    }
  }

 private:
  struct Open {
    std::int64_t begin_ns;
    std::uint32_t name, place;
    std::int32_t step;
  };
  struct Track {
    std::uint32_t number = 0;  // of a lane or a counter
    bool is_counter = false;
    LaneKind kind = LaneKind::other;
    std::vector<Open> open;
  };

  void take_track(const perfetto::TrackDescriptor& descriptor) {
    if (descriptor.has_process()) return;  // holds tracks and no events
    const auto [entry, is_new] = tracks_.try_emplace(descriptor.uuid());
    Track& track = entry->second;
    if (!is_new) return;
    if (descriptor.has_counter()) {
      track.is_counter = true;
      track.number =
          builder_.counter(descriptor.name(), descriptor.counter().unit() ==
                                                  perfetto::CounterDescriptor::UNIT_SIZE_BYTES);
      return;
    }
    track.kind = lane_kind_of(descriptor.name());
    // Tracks are numbered in the order in which they belong.
    track.number =
        builder_.lane(descriptor.name(), track.kind, {static_cast<double>(descriptor.uuid()), 0});
  }

  std::uint32_t name_of_event(const TrackEvent& event) {
    if (event.has_name()) return builder_.name(event.name());
    const auto found = names_.find(event.name_iid());
    return found == names_.end() ? 0 : found->second;
  }

  void take_event(const TracePacket& packet) {
    const TrackEvent& event = packet.track_event();
    const auto found = tracks_.find(event.track_uuid());
    if (found == tracks_.end()) return builder_.leave_out();
    Track& track = found->second;
    const auto time_ns = static_cast<std::int64_t>(packet.timestamp());
    if (event.type() == TrackEvent::TYPE_COUNTER) {
      if (!track.is_counter) return builder_.leave_out();
      return builder_.value(track.number, time_ns, static_cast<double>(event.counter_value()));
    }
    if (track.is_counter) return builder_.leave_out();
    if (event.type() == TrackEvent::TYPE_SLICE_BEGIN) return begin(track, event, time_ns);
    if (event.type() != TrackEvent::TYPE_SLICE_END || track.open.empty())
      return builder_.leave_out();
    const Open begun = track.open.back();
    track.open.pop_back();
    builder_.slice(track.number, begun.begin_ns, time_ns - begun.begin_ns, begun.name, begun.place);
    if (track.kind == LaneKind::steps && begun.step >= 0) {
      builder_.step(begun.step, begun.begin_ns, time_ns);
    }
  }

  void begin(Track& track, const TrackEvent& event, std::int64_t time_ns) {
    TimelinePlace place;
    for (const perfetto::DebugAnnotation& note : event.debug_annotations()) {
      if (note.name() == "layer") place.layer = builder_.name(note.string_value());
      if (note.name() == "slot") place.slot = builder_.name(note.string_value());
      if (note.name() == "step") place.step = static_cast<std::int32_t>(note.int_value());
    }
    const std::uint32_t name = name_of_event(event);
    if (track.kind == LaneKind::layers) place.layer = name;
    if (track.kind == LaneKind::phases) place.phase = phase_named(builder_.text(name));
    track.open.push_back({time_ns, name, builder_.place(place), place.step});
    for (const std::uint64_t flow : event.flow_ids()) {
      builder_.arrow_end(flow, flows_.insert(flow).second, track.number, time_ns);
    }
  }

  TimelineBuilder& builder_;
  std::string source_;
  std::map<std::uint64_t, Track> tracks_;
  std::unordered_map<std::uint64_t, std::uint32_t> names_;
  std::unordered_set<std::uint64_t> flows_;
};

}  // namespace

bool take_perfetto_trace(TimelineBuilder& builder, const std::filesystem::path& file,
                         const ReadingProgress& progress) {
  InflatedFile bytes(file, progress);
  std::string whole;
  for (std::string_view part = bytes.next(); !part.empty(); part = bytes.next()) whole += part;
  if (bytes.is_stopped()) return false;
  perfetto::Trace trace;
  if (!trace.ParseFromString(whole)) {
    throw ReportFormatError(error_text(file.string() + " is no whole Perfetto trace",
                                       "its packets cannot be read", "write it again"));
  }
  whole = {};
  PerfettoEvents events(builder, file.string());
  events.take(trace);
  events.finish();
  return true;
}

}  // namespace actscope::reports
