// SPDX-License-Identifier: Apache-2.0
#include "cupti/activity_decoder.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace actscope::tracer {
namespace {

std::string demangled(const char* name) {
  if (name == nullptr) return {};
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 && text ? text.get() : name;
}

template <class Record>
ActivityRecord work(ActivityKind kind, const Record& record) {
  ActivityRecord ours;
  ours.kind = kind;
  ours.device = static_cast<std::int32_t>(record.deviceId);
  ours.stream = static_cast<std::int32_t>(record.streamId);
  ours.correlation = record.correlationId;
  ours.begin_ns = record.start;
  ours.end_ns = record.end;
  return ours;
}

ActivityRecord kernel(const CUpti_ActivityKernel10& record) {
  ActivityRecord ours = work(ActivityKind::kernel, record);
  ours.name = demangled(record.name);
  return ours;
}

ActivityRecord copy(const CUpti_ActivityMemcpy6& record) {
  ActivityRecord ours = work(ActivityKind::copy, record);
  ours.detail = record.copyKind;
  ours.bytes = record.bytes;
  return ours;
}

ActivityRecord set(const CUpti_ActivityMemset4& record) {
  ActivityRecord ours = work(ActivityKind::set, record);
  ours.bytes = record.bytes;
  return ours;
}

std::optional<ActivityRecord> link(const CUpti_ActivityExternalCorrelation& record) {
  if (record.externalKind != CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM2) return std::nullopt;
  ActivityRecord ours;
  ours.kind = ActivityKind::place_link;
  ours.correlation = record.correlationId;
  ours.value = record.externalId;
  return ours;
}

// A call of the runtime (detail 0) or the driver (1): both count their calls from 0.
ActivityRecord launch(const CUpti_ActivityAPI& record) {
  ActivityRecord ours;
  ours.kind = ActivityKind::launch;
  ours.detail = record.kind == CUPTI_ACTIVITY_KIND_DRIVER ? 1 : 0;
  ours.correlation = record.correlationId;
  ours.begin_ns = record.start;
  ours.end_ns = record.end;
  ours.value = record.cbid;
  return ours;
}

ActivityRecord overhead(const CUpti_ActivityOverhead3& record) {
  ActivityRecord ours;
  ours.kind = ActivityKind::overhead;
  ours.detail = static_cast<std::uint8_t>(record.overheadKind);
  ours.correlation = record.correlationId;
  ours.begin_ns = record.start;
  ours.end_ns = record.end;
  return ours;
}

std::optional<ActivityRecord> memory(const CUpti_ActivityMemory4& record) {
  if (record.memoryKind != CUPTI_ACTIVITY_MEMORY_KIND_DEVICE) return std::nullopt;
  ActivityRecord ours;
  ours.kind = ActivityKind::memory;
  ours.detail = static_cast<std::uint8_t>(record.memoryOperationType);
  ours.device = static_cast<std::int32_t>(record.deviceId);
  ours.stream = static_cast<std::int32_t>(record.streamId);
  ours.correlation = record.correlationId;
  ours.begin_ns = ours.end_ns = record.timestamp;
  ours.bytes = record.bytes;
  ours.value = record.address;
  return ours;
}

}  // namespace

std::optional<ActivityRecord> decode_activity(const CUpti_Activity& record) {
  switch (record.kind) {
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL:
    case CUPTI_ACTIVITY_KIND_KERNEL:
      return kernel(reinterpret_cast<const CUpti_ActivityKernel10&>(record));
    case CUPTI_ACTIVITY_KIND_MEMCPY:
      return copy(reinterpret_cast<const CUpti_ActivityMemcpy6&>(record));
    case CUPTI_ACTIVITY_KIND_MEMSET:
      return set(reinterpret_cast<const CUpti_ActivityMemset4&>(record));
    case CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION:
      return link(reinterpret_cast<const CUpti_ActivityExternalCorrelation&>(record));
    case CUPTI_ACTIVITY_KIND_RUNTIME:
    case CUPTI_ACTIVITY_KIND_DRIVER:
      return launch(reinterpret_cast<const CUpti_ActivityAPI&>(record));
    case CUPTI_ACTIVITY_KIND_OVERHEAD:
      return overhead(reinterpret_cast<const CUpti_ActivityOverhead3&>(record));
    case CUPTI_ACTIVITY_KIND_MEMORY2:
      return memory(reinterpret_cast<const CUpti_ActivityMemory4&>(record));
    default:
      return std::nullopt;
  }
}

}  // namespace actscope::tracer
