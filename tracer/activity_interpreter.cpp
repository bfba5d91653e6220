// SPDX-License-Identifier: Apache-2.0
#include "activity_interpreter.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "correlation.hpp"
#include "saturated.hpp"

namespace actscope::tracer {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

std::int64_t clamped(std::uint64_t value) {
  return static_cast<std::int64_t>(std::min(value, static_cast<std::uint64_t>(largest)));
}

// Times of a device are interpolated between two readings of the host's clock.
constexpr std::int64_t clock_tolerance_ns = 1'000'000;

// CUPTI's numbers of the directions.
const char* direction_of(std::uint8_t kind) {
  switch (kind) {
    case 1:
      return "copy host to device";
    case 2:
      return "copy device to host";
    case 8:
      return "copy device to device";
    default:
      return "copy";
  }
}

}  // namespace

void ActivityInterpreter::add_work(const ActivityRecord& record, KernelKind kind,
                                   std::string name) {
  KernelEvent event;
  event.kind = kind;
  event.name = std::move(name);
  event.device = record.device;
  event.stream = record.stream;
  event.correlation = record.correlation;
  if (kind != KernelKind::kernel) event.bytes = clamped(record.bytes);
  const auto last = static_cast<std::uint64_t>(largest);
  if (record.begin_ns == 0 || record.end_ns == 0 || record.begin_ns > last ||
      record.end_ns > last) {
    ++untimed_;
  } else if (record.end_ns < record.begin_ns) {
    ++anomalies_;
  } else {
    event.begin_ns = static_cast<std::int64_t>(record.begin_ns);
    event.end_ns = static_cast<std::int64_t>(record.end_ns);
  }
  window_.kernels.push_back(std::move(event));
}

// A free of more bytes than are live belongs to memory allocated before the first window.
void ActivityInterpreter::add_memory(const ActivityRecord& record) {
  const bool is_allocation = record.detail == 1;
  if (!is_allocation && record.detail != 2) return;
  if (record.device < 0 || record.device > std::numeric_limits<std::int8_t>::max()) return;
  MemoryEvent event;
  event.device = static_cast<std::int8_t>(record.device);
  event.time_ns = clamped(record.begin_ns);
  event.address = record.value;
  const std::int64_t bytes = clamped(record.bytes);
  event.bytes = is_allocation ? bytes : -bytes;
  std::int64_t& live = live_bytes_[event.device];
  live = is_allocation ? sum_at_most(live, bytes) : std::max<std::int64_t>(0, live - bytes);
  event.live_bytes = live;
  window_.memory.push_back(event);
}

void ActivityInterpreter::add(const ActivityRecord& record) {
  switch (record.kind) {
    case ActivityKind::kernel:
      add_work(record, KernelKind::kernel, record.name.empty() ? "unnamed kernel" : record.name);
      return;
    case ActivityKind::copy:
      add_work(record, KernelKind::copy, direction_of(record.detail));
      return;
    case ActivityKind::set:
      add_work(record, KernelKind::set, "set");
      return;
    case ActivityKind::place_link:
      places_[record.correlation] = record.value;
      return;
    case ActivityKind::overhead:
      if (record.end_ns > record.begin_ns) {
        window_.overhead_ns =
            sum_at_most(window_.overhead_ns, clamped(record.end_ns - record.begin_ns));
      }
      return;
    case ActivityKind::memory:
      add_memory(record);
      return;
    case ActivityKind::launch:
    case ActivityKind::window_end:
      return;
  }
}

void ActivityInterpreter::set_window(std::int64_t begin_ns, std::int64_t end_ns) {
  span_ = {begin_ns - clock_tolerance_ns, sum_at_most(end_ns, clock_tolerance_ns)};
}

ActivityWindow ActivityInterpreter::take(TraceRecord& losses) {
  for (KernelEvent& event : window_.kernels) {
    const bool is_timed = event.begin_ns != 0 || event.end_ns != 0;
    if (is_timed && span_ && (event.begin_ns < span_->first || event.end_ns > span_->second)) {
      ++anomalies_;
    }
    const auto place = places_.find(static_cast<std::uint32_t>(event.correlation));
    if (place != places_.end()) {
      event.place = decode_place(place->second);
    } else {
      ++window_.unplaced_kernels;
    }
    event.correlation |= epoch_ << 32U;
  }
  losses.untimed_records += std::exchange(untimed_, 0);
  losses.clock_anomalies += std::exchange(anomalies_, 0);
  losses.unplaced_kernels += window_.unplaced_kernels;
  losses.overhead_ns = sum_at_most(losses.overhead_ns, window_.overhead_ns);
  for (const MemoryEvent& event : window_.memory) {
    if (event.bytes < 0) continue;
    ++losses.driver_allocations;
    losses.driver_allocated_bytes = sum_at_most(losses.driver_allocated_bytes, event.bytes);
  }
  std::ranges::stable_sort(window_.kernels, {}, &KernelEvent::begin_ns);
  places_.clear();
  span_.reset();
  ++epoch_;
  return std::exchange(window_, {});
}

}  // namespace actscope::tracer
