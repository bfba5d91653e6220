// SPDX-License-Identifier: Apache-2.0
#include "trace/perfetto_trace.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "actscope/base/error.hpp"
#include "format/gzip.hpp"
#include "perfetto_trace.pb.h"

namespace actscope::reports {
namespace {

using perfetto::TracePacket;
using perfetto::TrackEvent;

constexpr std::uint32_t sequence = 1;
constexpr std::uint64_t process_track = 1;

// Ranges of track numbers, so that a number says what it is.
constexpr std::uint64_t thread_tracks = 1000, stream_tracks = 1'000'000;
constexpr std::uint64_t counter_tracks = 2'000'000;  // and of the allocator, by the empty name
constexpr std::uint64_t hardware_tracks = 10'000'000;

std::uint64_t flow_of(const TracePlace& place) {
  return (static_cast<std::uint64_t>(place.step + 1) << 16U) | place.layer;
}

}  // namespace

PerfettoTrace::PerfettoTrace(std::ostream& stream, std::filesystem::path path)
    : path_(std::move(path)), stream_(stream) {
  perfetto::Trace trace;
  TracePacket* first = trace.add_packet();
  first->set_trusted_packet_sequence_id(sequence);
  first->set_sequence_flags(TracePacket::SEQ_INCREMENTAL_STATE_CLEARED);
  first->mutable_track_descriptor()->set_uuid(process_track);
  first->mutable_track_descriptor()->mutable_process()->set_pid(1);
  first->mutable_track_descriptor()->mutable_process()->set_process_name("actscope");
  append(trace);
}

// Writes portions, since a packet of compressed packets should stay below 512 KB.
void PerfettoTrace::append(perfetto::Trace& trace) {
  constexpr int portion_packets = 2000;
  for (int first = 0; first < trace.packet_size(); first += portion_packets) {
    perfetto::Trace portion, compressed;
    const int end = std::min(first + portion_packets, trace.packet_size());
    for (int i = first; i < end; ++i) portion.add_packet()->Swap(trace.mutable_packet(i));
    compressed.add_packet()->set_compressed_packets(deflated(portion.SerializeAsString()));
    if (stream_) compressed.SerializeToOstream(&stream_);
  }
  if (stream_ && stream_.flush()) return;
  throw EnvironmentError(error_text("cannot write " + path_.string(),
                                    std::generic_category().message(errno),
                                    "check the folder, its permissions and the space left"));
}

std::uint64_t PerfettoTrace::track(perfetto::Trace& trace, const std::string& name,
                                   std::uint64_t uuid, TrackKind kind) {
  if (!tracks_.insert(uuid).second) return uuid;
  TracePacket* packet = trace.add_packet();
  packet->set_trusted_packet_sequence_id(sequence);
  perfetto::TrackDescriptor* descriptor = packet->mutable_track_descriptor();
  descriptor->set_uuid(uuid);
  descriptor->set_parent_uuid(process_track);
  descriptor->set_name(name);
  if (kind != TrackKind::slices) {
    descriptor->mutable_counter()->set_unit(kind == TrackKind::bytes
                                                ? perfetto::CounterDescriptor::UNIT_SIZE_BYTES
                                                : perfetto::CounterDescriptor::UNIT_COUNT);
  }
  return uuid;
}

TrackEvent& PerfettoTrace::add_event(perfetto::Trace& trace, std::int64_t time_ns,
                                     std::uint64_t track) {
  TracePacket* packet = trace.add_packet();
  packet->set_trusted_packet_sequence_id(sequence);
  packet->set_sequence_flags(TracePacket::SEQ_NEEDS_INCREMENTAL_STATE);
  packet->set_timestamp(static_cast<std::uint64_t>(time_ns));
  packet->mutable_track_event()->set_track_uuid(track);
  return *packet->mutable_track_event();
}

// The names of a portion, by number; the empty name has none.
void PerfettoTrace::add_names(perfetto::Trace& trace, const TraceBatch& batch) {
  if (batch.new_names.empty()) return;
  TracePacket* packet = trace.add_packet();
  packet->set_trusted_packet_sequence_id(sequence);
  packet->set_sequence_flags(TracePacket::SEQ_NEEDS_INCREMENTAL_STATE);
  for (const std::string& name : batch.new_names) {
    if (!names_.empty()) {
      perfetto::EventName* entry = packet->mutable_interned_data()->add_event_names();
      entry->set_iid(names_.size());
      entry->set_name(name);
    }
    names_.push_back(name);
  }
}

void PerfettoTrace::add_scope(perfetto::Trace& trace, const ScopeEvent& scope) {
  const auto kind = static_cast<std::uint64_t>(scope.kind);
  const std::string name =
      scope.kind == ScopeKind::op ? "operators" : std::string(name_of(scope.kind)) + "s";
  const std::uint64_t line =
      track(trace, name + (scope.thread == 0 ? "" : ", thread " + std::to_string(scope.thread)),
            thread_tracks + std::uint64_t{scope.thread} * 4 + kind, TrackKind::slices);
  TrackEvent& begin = add_event(trace, scope.begin_ns, line);
  begin.set_type(TrackEvent::TYPE_SLICE_BEGIN);
  begin.set_name_iid(scope.name);
  const auto annotate = [&](const char* key, NameNumber value) {
    if (value == 0 || value >= names_.size()) return;
    perfetto::DebugAnnotation* note = begin.add_debug_annotations();
    note->set_name(key);
    note->set_string_value(names_[value]);
  };
  if (scope.kind == ScopeKind::op) {
    annotate("layer", scope.layer);
    annotate("slot", scope.slot);
  }
  if (scope.kind == ScopeKind::step) {
    perfetto::DebugAnnotation* note = begin.add_debug_annotations();
    note->set_name("step");
    note->set_int_value(scope.step);
  }
  if (scope.kind == ScopeKind::layer) {
    const bool is_arrow =
        scope.phase == Phase::forward ||
        (scope.phase == Phase::backward && arrows_.insert({scope.step, scope.layer}).second);
    if (is_arrow) begin.add_flow_ids(flow_of(scope.place()));
  }
  add_event(trace, scope.end_ns, line).set_type(TrackEvent::TYPE_SLICE_END);
}

void PerfettoTrace::add_kernel(perfetto::Trace& trace, const KernelEvent& kernel) {
  if (kernel.begin_ns == 0 || kernel.end_ns < kernel.begin_ns) return;  // counted as untimed
  const std::uint64_t line =
      track(trace,
            "device " + std::to_string(kernel.device) + ", stream " + std::to_string(kernel.stream),
            stream_tracks + static_cast<std::uint64_t>(kernel.device) * 65536 +
                static_cast<std::uint64_t>(kernel.stream) % 65536,
            TrackKind::slices);
  TrackEvent& begin = add_event(trace, kernel.begin_ns, line);
  begin.set_type(TrackEvent::TYPE_SLICE_BEGIN);
  begin.set_name(kernel.name);
  if (kernel.place.layer != 0 && kernel.place.layer < names_.size()) {
    perfetto::DebugAnnotation* note = begin.add_debug_annotations();
    note->set_name("layer");
    note->set_string_value(names_[kernel.place.layer]);
  }
  add_event(trace, kernel.end_ns, line).set_type(TrackEvent::TYPE_SLICE_END);
}

// The host's memory and that of every device have counters of their own.
void PerfettoTrace::add_live_bytes(perfetto::Trace& trace, const MemoryEvent& memory) {
  if (memory.life == MemoryLife::physical) return;  // live_bytes stays as it was
  const bool is_host = memory.device == host_memory;
  const std::string title =
      is_host ? "live_bytes" : "live_bytes, device " + std::to_string(memory.device);
  const std::uint64_t line = counter_tracks + (is_host ? 0 : 65536 + std::uint64_t(memory.device));
  TrackEvent& event = add_event(trace, memory.time_ns, track(trace, title, line, TrackKind::bytes));
  event.set_type(TrackEvent::TYPE_COUNTER);
  event.set_counter_value(memory.live_bytes);
}

// The counters of a thread have tracks of their own: one value an operator, at its begin.
void PerfettoTrace::add_counter(perfetto::Trace& trace, const CounterEvent& counter) {
  std::string title = counter.name < names_.size() ? names_[counter.name] : "counter";
  std::uint64_t line = counter_tracks + counter.name;
  const bool is_of_thread = counter.unit == CounterUnit::events;
  if (is_of_thread) {
    title += ", thread " + std::to_string(counter.thread);
    line = hardware_tracks + std::uint64_t{counter.thread} * 65536 + counter.name;
  }
  TrackEvent& event =
      add_event(trace, counter.time_ns,
                track(trace, title, line, is_of_thread ? TrackKind::count : TrackKind::bytes));
  event.set_type(TrackEvent::TYPE_COUNTER);
  event.set_counter_value(counter.value);
}

void PerfettoTrace::write(const TraceBatch& batch) {
  perfetto::Trace trace;
  add_names(trace, batch);
  for (const ScopeEvent& scope : batch.scopes) add_scope(trace, scope);
  for (const MemoryEvent& event : batch.memory) add_live_bytes(trace, event);
  for (const CounterEvent& event : batch.counters) add_counter(trace, event);
  for (const KernelEvent& kernel : batch.kernels) add_kernel(trace, kernel);
  append(trace);
}

void PerfettoTrace::finish(const TraceRecord& /*losses*/) {
  stream_.flush();
}

}  // namespace actscope::reports
