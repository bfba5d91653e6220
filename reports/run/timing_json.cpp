// SPDX-License-Identifier: Apache-2.0
#include "run/timing_json.hpp"

#include <algorithm>
#include <cmath>

namespace actscope::reports {
namespace {

constexpr HardwareCounter hardware_counters[] = {
    HardwareCounter::cycles, HardwareCounter::instructions, HardwareCounter::llc_misses};

// A counter that was not read has no field.
void set_counts(Json& row, const HardwareCounts& counts) {
  row["counted_calls"] = integer_json(counts.calls);
  for (const HardwareCounter counter : hardware_counters) {
    if (const auto value = counts.of(counter)) row[name_of(counter)] = integer_json(*value);
  }
}

std::optional<HardwareCounts> read_counts(const JsonCursor& row) {
  if (!row.has("counted_calls")) return std::nullopt;
  HardwareCounts counts;
  counts.calls = row.at("counted_calls").count();
  for (const HardwareCounter counter : hardware_counters) {
    if (!row.has(name_of(counter))) continue;
    counts.values[static_cast<std::size_t>(counter)] = row.at(name_of(counter)).count();
  }
  return counts;
}

// At most the largest number that a double holds exactly.
std::int64_t nanoseconds(double seconds) {
  constexpr double most = 9007199254740992;
  return static_cast<std::int64_t>(std::min(std::round(seconds * 1e9), most));
}

}  // namespace

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
    if (timing.counts) set_counts(list.back(), *timing.counts);
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
    timing.counts = read_counts(row);
    timings.push_back(std::move(timing));
  }
  return timings;
}

Json trace_json(const std::optional<TraceRecord>& whole, VolatileFields volatile_fields) {
  if (!whole) return nullptr;
  std::optional<TraceRecord> trace = whole;
  if (volatile_fields == VolatileFields::drop) {  // of the machine, not of the work
    trace->counters_source.clear();
    trace->counters_reason = "left out";
    trace->scaled_operators = trace->uncounted_operators = 0;
    trace->overhead_ns = 0;
  }
  return {{"traced_steps", integer_json(trace->traced_steps)},
          {"dropped_records", integer_json(trace->dropped_records)},
          {"untimed_records", integer_json(trace->untimed_records)},
          {"clock_anomalies", integer_json(trace->clock_anomalies)},
          {"unplaced_kernels", integer_json(trace->unplaced_kernels)},
          {"overhead_s", static_cast<double>(trace->overhead_ns) / 1e9},
          {"driver_allocations", integer_json(trace->driver_allocations)},
          {"driver_allocated_bytes", integer_json(trace->driver_allocated_bytes)},
          {"kernels_source", trace->kernels_source},
          {"kernels_reason", trace->kernels_reason},
          {"files_reason", trace->files_reason},
          {"counters_source", trace->counters_source},
          {"counters_reason", trace->counters_reason},
          {"scaled_operators", integer_json(trace->scaled_operators)},
          {"uncounted_operators", integer_json(trace->uncounted_operators)}};
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
  const auto text = [&](const char* name) { return from.has(name) ? from.at(name).text() : ""; };
  const auto count = [&](const char* name) { return from.has(name) ? from.at(name).count() : 0; };
  trace.counters_source = text("counters_source");
  trace.counters_reason =
      from.has("counters_source") ? text("counters_reason") : "written before 1.3.0";
  trace.unplaced_kernels = count("unplaced_kernels");
  if (from.has("overhead_s")) trace.overhead_ns = nanoseconds(from.at("overhead_s").amount());
  trace.driver_allocations = count("driver_allocations");
  trace.driver_allocated_bytes = count("driver_allocated_bytes");
  trace.scaled_operators = count("scaled_operators");
  trace.uncounted_operators = count("uncounted_operators");
  return trace;
}

}  // namespace actscope::reports
