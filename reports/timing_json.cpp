// SPDX-License-Identifier: Apache-2.0
#include "timing_json.hpp"

namespace actscope::reports {

Json timings_json(const std::vector<OperatorTiming>& timings) {
  Json list = Json::array();
  for (const OperatorTiming& timing : timings) {
    list.push_back({{"name", timing.name},
                    {"layer", timing.layer},
                    {"slot", timing.slot},
                    {"phase", timing.phase},
                    {"device", timing.device},
                    {"source", timing.source},
                    {"calls", integer_json(timing.calls)},
                    {"total_s", timing.total_s}});
  }
  return list;
}

std::vector<OperatorTiming> read_timings(const JsonCursor& from) {
  std::vector<OperatorTiming> timings;
  for (const JsonCursor& row : from.items()) {
    OperatorTiming timing;
    timing.name = row.at("name").text();
    timing.layer = row.at("layer").text();
    timing.phase = row.at("phase").text();
    timing.device = row.at("device").text();
    timing.calls = row.at("calls").count();
    timing.total_s = row.at("total_s").amount();
    if (row.has("slot")) timing.slot = row.at("slot").text();
    if (row.has("source")) timing.source = row.at("source").text();
    timings.push_back(std::move(timing));
  }
  return timings;
}

Json trace_json(const std::optional<TraceRecord>& trace) {
  if (!trace) return nullptr;
  return {{"traced_steps", integer_json(trace->traced_steps)},
          {"dropped_records", integer_json(trace->dropped_records)},
          {"untimed_records", integer_json(trace->untimed_records)},
          {"clock_anomalies", integer_json(trace->clock_anomalies)},
          {"kernels_source", trace->kernels_source},
          {"kernels_reason", trace->kernels_reason},
          {"files_reason", trace->files_reason}};
}

std::optional<TraceRecord> read_trace(const JsonCursor& from) {
  if (from.is_null()) return std::nullopt;
  TraceRecord trace;
  trace.traced_steps = from.at("traced_steps").count();
  trace.dropped_records = from.at("dropped_records").count();
  trace.untimed_records = from.at("untimed_records").count();
  trace.clock_anomalies = from.at("clock_anomalies").count();
  trace.kernels_source = from.at("kernels_source").text();
  trace.kernels_reason = from.at("kernels_reason").text();
  if (from.has("files_reason")) trace.files_reason = from.at("files_reason").text();
  return trace;
}

}  // namespace actscope::reports
