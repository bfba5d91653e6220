// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "cupti/cupti_api.hpp"

namespace actscope::tracer {

/// A CUPTI that returns the results set here, and whose device ran the kernels given.
struct FakeCupti {
  CUptiResult subscribe_result = CUPTI_SUCCESS;
  const char* holder = "";  ///< who has subscribed already
  CUptiResult first_enable_result = CUPTI_SUCCESS;
  std::set<int> refused_kinds;        ///< by every enable after the first
  std::vector<std::uint8_t> records;  ///< delivered by a flush, each time again
  std::size_t dropped = 0;

  int subscriptions = 0, enables = 0;
  std::set<int> enabled;
  std::set<CUpti_CallbackId> runtime_calls, driver_calls;  ///< calls that are recorded one by one
  std::vector<std::uint64_t> places;                       ///< pushed and not popped
  std::uint32_t correlation = 0;                           ///< of the last launch
  std::vector<std::string> order;                          ///< the calls whose order counts
  CUpti_BuffersCallbackRequestFunc request = nullptr;
  CUpti_BuffersCallbackCompleteFunc complete = nullptr;
};

inline FakeCupti fake_cupti;

namespace fake {

template <class Record>
void deliver(const Record& record) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&record);
  fake_cupti.records.insert(fake_cupti.records.end(), bytes, bytes + sizeof record);
}

/// A kernel that a program launches by a call of the runtime or of the driver, at times near now.
/// As in CUPTI, a call that is recorded has the record of its place before its own; a call that is
/// not recorded has no place.
inline void launch(CUpti_ActivityKind api, CUpti_CallbackId call, std::uint64_t begin_ns,
                   std::uint64_t end_ns) {
  const std::uint32_t correlation = ++fake_cupti.correlation;
  const auto& calls =
      api == CUPTI_ACTIVITY_KIND_DRIVER ? fake_cupti.driver_calls : fake_cupti.runtime_calls;
  if (fake_cupti.enabled.contains(api) || calls.contains(call)) {
    if (fake_cupti.enabled.contains(CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION) &&
        !fake_cupti.places.empty()) {
      CUpti_ActivityExternalCorrelation link{};
      link.kind = CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION;
      link.externalKind = CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM2;
      link.externalId = fake_cupti.places.back();
      link.correlationId = correlation;
      deliver(link);
    }
    CUpti_ActivityAPI record{};
    record.kind = api;
    record.cbid = call;
    record.correlationId = correlation;
    deliver(record);
  }
  if (!fake_cupti.enabled.contains(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL)) return;
  CUpti_ActivityKernel10 kernel{};
  kernel.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
  kernel.name = "gemm_tn";
  kernel.correlationId = correlation;
  kernel.start = begin_ns;
  kernel.end = end_ns;
  deliver(kernel);
}

inline std::size_t size_of(const CUpti_Activity& record) {
  switch (record.kind) {
    case CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION:
      return sizeof(CUpti_ActivityExternalCorrelation);
    case CUPTI_ACTIVITY_KIND_RUNTIME:
    case CUPTI_ACTIVITY_KIND_DRIVER:
      return sizeof(CUpti_ActivityAPI);
    case CUPTI_ACTIVITY_KIND_OVERHEAD:
      return sizeof(CUpti_ActivityOverhead3);
    case CUPTI_ACTIVITY_KIND_MEMORY2:
      return sizeof(CUpti_ActivityMemory4);
    default:
      return sizeof(CUpti_ActivityKernel10);
  }
}

inline CUptiResult CUPTIAPI version(std::uint32_t* number) {
  *number = 130000;
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI text(CUptiResult result, const char** words) {
  *words = result == CUPTI_ERROR_UNKNOWN ? "CUPTI_ERROR_UNKNOWN" : "CUPTI_ERROR_OTHER";
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI subscribe(CUpti_SubscriberHandle* /*handle*/,
                                      CUpti_CallbackFunc /*callback*/, void* /*user*/,
                                      CUpti_SubscriberParams* params) {
  fake_cupti.order.emplace_back("subscribe");
  if (fake_cupti.subscribe_result == CUPTI_SUCCESS) {
    ++fake_cupti.subscriptions;
  } else {
    std::strncpy(params->oldSubscriberName, fake_cupti.holder, params->oldSubscriberSize - 1);
  }
  return fake_cupti.subscribe_result;
}
inline CUptiResult CUPTIAPI unsubscribe(CUpti_SubscriberHandle /*handle*/) {
  --fake_cupti.subscriptions;
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI enable(CUpti_ActivityKind kind) {
  fake_cupti.order.emplace_back("enable");
  if (fake_cupti.enables++ == 0) return fake_cupti.first_enable_result;
  if (fake_cupti.refused_kinds.contains(kind)) return CUPTI_ERROR_UNKNOWN;
  fake_cupti.enabled.insert(kind);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI disable(CUpti_ActivityKind kind) {
  fake_cupti.enabled.erase(kind);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI runtime_call(CUpti_CallbackId call, std::uint8_t is_recorded) {
  if (is_recorded != 0) fake_cupti.runtime_calls.insert(call);
  if (is_recorded == 0) fake_cupti.runtime_calls.erase(call);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI driver_call(CUpti_CallbackId call, std::uint8_t is_recorded) {
  if (is_recorded != 0) fake_cupti.driver_calls.insert(call);
  if (is_recorded == 0) fake_cupti.driver_calls.erase(call);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI callbacks(CUpti_BuffersCallbackRequestFunc request,
                                      CUpti_BuffersCallbackCompleteFunc complete) {
  fake_cupti.request = request;
  fake_cupti.complete = complete;
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI timestamp(CUpti_TimestampCallbackFunc /*clock*/) {
  fake_cupti.order.emplace_back("clock");
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI attribute(CUpti_ActivityAttribute /*name*/, std::size_t* /*bytes*/,
                                      void* /*value*/) {
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI flush(std::uint32_t /*flag*/) {
  if (fake_cupti.records.empty()) return CUPTI_SUCCESS;
  std::uint8_t* buffer = nullptr;
  std::size_t size = 0, records = 0;
  fake_cupti.request(&buffer, &size, &records);
  const std::size_t bytes = fake_cupti.records.size();
  std::memcpy(buffer, fake_cupti.records.data(), bytes);
  fake_cupti.complete(nullptr, 0, buffer, size, bytes);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI next(std::uint8_t* buffer, std::size_t valid_bytes,
                                 CUpti_Activity** record) {
  auto* at = reinterpret_cast<std::uint8_t*>(*record);
  at = at == nullptr ? buffer : at + size_of(**record);
  if (at >= buffer + valid_bytes) return CUPTI_ERROR_MAX_LIMIT_REACHED;
  *record = reinterpret_cast<CUpti_Activity*>(at);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI dropped(CUcontext /*context*/, std::uint32_t /*stream*/,
                                    std::size_t* records) {
  *records = fake_cupti.dropped;
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI push(CUpti_ExternalCorrelationKind /*kind*/, std::uint64_t id) {
  fake_cupti.places.push_back(id);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI pop(CUpti_ExternalCorrelationKind /*kind*/, std::uint64_t* last) {
  if (fake_cupti.places.empty()) return CUPTI_ERROR_QUEUE_EMPTY;
  *last = fake_cupti.places.back();
  fake_cupti.places.pop_back();
  return CUPTI_SUCCESS;
}

}  // namespace fake

inline constexpr CuptiApi fake_cupti_api{
    .get_version = &fake::version,
    .get_result_string = &fake::text,
    .subscribe = &fake::subscribe,
    .unsubscribe = &fake::unsubscribe,
    .enable = &fake::enable,
    .disable = &fake::disable,
    .enable_runtime_api = &fake::runtime_call,
    .enable_driver_api = &fake::driver_call,
    .register_callbacks = &fake::callbacks,
    .register_timestamp_callback = &fake::timestamp,
    .set_attribute = &fake::attribute,
    .flush_all = &fake::flush,
    .get_next_record = &fake::next,
    .get_dropped_records = &fake::dropped,
    .push_external_id = &fake::push,
    .pop_external_id = &fake::pop,
};

}  // namespace actscope::tracer
