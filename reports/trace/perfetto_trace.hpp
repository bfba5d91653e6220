// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include "actscope/base/trace_events.hpp"

namespace actscope::perfetto {
class Trace;
class TrackEvent;
}  // namespace actscope::perfetto

namespace actscope::reports {

/// trace.pftrace: for every thread one track each of steps, phases, layers and operators; one of
/// every device stream; counters of live and saved bytes; arrows from a layer's forward to its
/// backward; of every thread, where they were read, the processor's counters. Packets are deflated.
/// Source  https://perfetto.dev/docs/reference/synthetic-track-event
class PerfettoTrace : public TraceSink {
 public:
  /// Writes to `stream`, which outlives it; `path` is for messages.
  PerfettoTrace(std::ostream& stream, std::filesystem::path path);

  void write(const TraceBatch& batch) override;
  void finish(const TraceRecord& losses) override;

 private:
  perfetto::TrackEvent& add_event(perfetto::Trace& trace, std::int64_t time_ns,
                                  std::uint64_t track);
  void add_names(perfetto::Trace& trace, const TraceBatch& batch);
  enum class TrackKind { slices, bytes, count };
  std::uint64_t track(perfetto::Trace& trace, const std::string& name, std::uint64_t uuid,
                      TrackKind kind);
  void add_scope(perfetto::Trace& trace, const ScopeEvent& scope);
  void add_kernel(perfetto::Trace& trace, const KernelEvent& kernel);
  void add_live_bytes(perfetto::Trace& trace, const MemoryEvent& event);
  void add_counter(perfetto::Trace& trace, const CounterEvent& counter);
  void append(perfetto::Trace& trace);

  std::filesystem::path path_;
  std::ostream& stream_;
  std::vector<std::string> names_;
  std::set<std::uint64_t> tracks_;
  std::set<std::pair<std::int32_t, NameNumber>> arrows_;  ///< backward reached of (step, layer)
};

}  // namespace actscope::reports
