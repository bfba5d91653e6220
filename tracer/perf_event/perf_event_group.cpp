// SPDX-License-Identifier: Apache-2.0
#include "perf_event_group.hpp"

#include <algorithm>
#include <exception>

namespace actscope::tracer {
namespace {

constexpr std::uint64_t loads_that_missed_the_last_cache = PERF_COUNT_HW_CACHE_LL |
                                                           (PERF_COUNT_HW_CACHE_OP_READ << 8U) |
                                                           (PERF_COUNT_HW_CACHE_RESULT_MISS << 16U);

// User mode alone: that is what a system allows by default (perf_event_paranoid 2).
perf_event_attr attributes_of(HardwareCounter counter) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config =
      counter == HardwareCounter::cycles ? PERF_COUNT_HW_CPU_CYCLES : PERF_COUNT_HW_INSTRUCTIONS;
  if (counter == HardwareCounter::llc_misses) {
    attributes.type = PERF_TYPE_HW_CACHE;
    attributes.config = loads_that_missed_the_last_cache;
  }
  attributes.read_format =
      PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  return attributes;
}

// What read(2) gives of a group: PERF_FORMAT_GROUP in perf_event_open(2).
struct GroupReading {
  std::uint64_t counters;
  std::uint64_t enabled_ns;
  std::uint64_t running_ns;
  std::uint64_t values[hardware_counter_count];  // of those opened, in order
};

}  // namespace

std::unique_ptr<PerfEventGroup> PerfEventGroup::open(std::shared_ptr<const PerfEventApi> api,
                                                     Errors& errors) {
  std::unique_ptr<PerfEventGroup> group(new PerfEventGroup(std::move(api)));
  errors.fill(0);
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const int opened =
        group->api_->open(attributes_of(static_cast<HardwareCounter>(i)), group->descriptors_[0]);
    if (opened >= 0) {
      group->descriptors_[i] = opened;
      continue;
    }
    errors[i] = -opened;
    if (i == 0) return nullptr;
  }
  return group;
}

PerfEventGroup::~PerfEventGroup() {
  for (const int descriptor : descriptors_) {
    if (descriptor != closed) api_->close(descriptor);
  }
}

bool PerfEventGroup::read(CounterReading& reading) noexcept {
  GroupReading group{};
  const auto opened = static_cast<std::size_t>(
      std::ranges::count_if(descriptors_, [](int descriptor) { return descriptor != closed; }));
  const std::size_t bytes = (3 + opened) * sizeof(std::uint64_t);
  try {
    const ssize_t got = api_->read(descriptors_[0], &group, sizeof group);
    if (got != static_cast<ssize_t>(bytes) || group.counters != opened) return false;
  } catch (const std::exception&) {
    return false;
  }
  reading = {};
  reading.enabled_ns = group.enabled_ns;
  reading.running_ns = group.running_ns;
  std::size_t next = 0;
  for (std::size_t i = 0; i < descriptors_.size(); ++i) {
    if (descriptors_[i] != closed) reading.values[i] = group.values[next++];
  }
  return true;
}

}  // namespace actscope::tracer
