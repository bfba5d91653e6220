// SPDX-License-Identifier: Apache-2.0
#include "cupti/activity_decoder.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "correlation.hpp"

namespace actscope::tracer {
namespace {

std::string demangled(const char* name) {
  if (name == nullptr) return "unnamed kernel";
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 && text ? text.get() : name;
}

const char* direction_of(std::uint8_t kind) {
  switch (kind) {
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOD:
      return "copy host to device";
    case CUPTI_ACTIVITY_MEMCPY_KIND_DTOH:
      return "copy device to host";
    case CUPTI_ACTIVITY_MEMCPY_KIND_DTOD:
      return "copy device to device";
    default:
      return "copy";
  }
}

template <class Record>
KernelEvent event_of(const Record& record, KernelKind kind, std::string name) {
  KernelEvent event;
  event.kind = kind;
  event.name = std::move(name);
  event.device = static_cast<std::int32_t>(record.deviceId);
  event.stream = static_cast<std::int32_t>(record.streamId);
  return event;
}

}  // namespace

void ActivityDecoder::add_work(KernelEvent event, std::uint32_t correlation, std::uint64_t begin,
                               std::uint64_t end) {
  event.begin_ns = static_cast<std::int64_t>(begin);
  event.end_ns = static_cast<std::int64_t>(end);
  event.correlation = correlation;
  work_.push_back(std::move(event));
}

void ActivityDecoder::add(const CUpti_Activity& record) {
  switch (record.kind) {
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL:
    case CUPTI_ACTIVITY_KIND_KERNEL: {
      const auto& kernel = reinterpret_cast<const CUpti_ActivityKernel10&>(record);
      add_work(event_of(kernel, KernelKind::kernel, demangled(kernel.name)), kernel.correlationId,
               kernel.start, kernel.end);
      return;
    }
    case CUPTI_ACTIVITY_KIND_MEMCPY: {
      const auto& copy = reinterpret_cast<const CUpti_ActivityMemcpy6&>(record);
      KernelEvent event = event_of(copy, KernelKind::copy, direction_of(copy.copyKind));
      event.bytes = static_cast<std::int64_t>(copy.bytes);
      add_work(std::move(event), copy.correlationId, copy.start, copy.end);
      return;
    }
    case CUPTI_ACTIVITY_KIND_MEMSET: {
      const auto& set = reinterpret_cast<const CUpti_ActivityMemset4&>(record);
      KernelEvent event = event_of(set, KernelKind::set, "set");
      event.bytes = static_cast<std::int64_t>(set.bytes);
      add_work(std::move(event), set.correlationId, set.start, set.end);
      return;
    }
    case CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION: {
      const auto& link = reinterpret_cast<const CUpti_ActivityExternalCorrelation&>(record);
      if (link.externalKind == CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM2) {
        places_[link.correlationId] = link.externalId;
      }
      return;
    }
    default:
      return;
  }
}

std::vector<KernelEvent> ActivityDecoder::take(TraceRecord& losses) {
  for (KernelEvent& event : work_) {
    if (const auto place = places_.find(static_cast<std::uint32_t>(event.correlation));
        place != places_.end()) {
      event.place = decode_place(place->second);
    }
    event.correlation |= epoch_ << 32U;
    if (event.begin_ns == 0 || event.end_ns == 0) {
      ++losses.untimed_records;
      event.begin_ns = event.end_ns = 0;
    } else if (event.end_ns < event.begin_ns) {
      ++losses.clock_anomalies;
      event.begin_ns = event.end_ns = 0;
    }
  }
  std::ranges::stable_sort(work_, {}, &KernelEvent::begin_ns);
  places_.clear();
  ++epoch_;
  return std::exchange(work_, {});
}

}  // namespace actscope::tracer
