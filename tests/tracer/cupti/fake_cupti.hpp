// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <set>
#include <vector>

#include "cupti/cupti_api.hpp"

namespace actscope::tracer {

/// A CUPTI that answers what it is told to, and whose device ran the kernels given.
struct FakeCupti {
  CUptiResult subscribe_result = CUPTI_SUCCESS;
  const char* holder = "";  ///< who has subscribed already
  CUptiResult first_enable_result = CUPTI_SUCCESS;
  std::set<int> refused_kinds;                  ///< of every enable after the first
  std::vector<CUpti_ActivityKernel10> kernels;  ///< that a flush delivers
  std::size_t dropped = 0;

  int subscriptions = 0, enables = 0;
  std::set<int> enabled;
  CUpti_BuffersCallbackRequestFunc request = nullptr;
  CUpti_BuffersCallbackCompleteFunc complete = nullptr;
};

inline FakeCupti fake_cupti;

namespace fake {

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
  if (fake_cupti.enables++ == 0) return fake_cupti.first_enable_result;
  if (fake_cupti.refused_kinds.contains(kind)) return CUPTI_ERROR_UNKNOWN;
  fake_cupti.enabled.insert(kind);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI disable(CUpti_ActivityKind kind) {
  fake_cupti.enabled.erase(kind);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI callbacks(CUpti_BuffersCallbackRequestFunc request,
                                      CUpti_BuffersCallbackCompleteFunc complete) {
  fake_cupti.request = request;
  fake_cupti.complete = complete;
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI timestamp(CUpti_TimestampCallbackFunc /*clock*/) {
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI attribute(CUpti_ActivityAttribute /*name*/, std::size_t* /*bytes*/,
                                      void* /*value*/) {
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI flush(std::uint32_t /*flag*/) {
  if (fake_cupti.kernels.empty()) return CUPTI_SUCCESS;
  std::uint8_t* buffer = nullptr;
  std::size_t size = 0, records = 0;
  fake_cupti.request(&buffer, &size, &records);
  const std::size_t bytes = fake_cupti.kernels.size() * sizeof(CUpti_ActivityKernel10);
  std::memcpy(buffer, fake_cupti.kernels.data(), bytes);
  fake_cupti.complete(nullptr, 0, buffer, size, bytes);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI next(std::uint8_t* buffer, std::size_t valid_bytes,
                                 CUpti_Activity** record) {
  auto* at = reinterpret_cast<std::uint8_t*>(*record);
  at = at == nullptr ? buffer : at + sizeof(CUpti_ActivityKernel10);
  if (at >= buffer + valid_bytes) return CUPTI_ERROR_MAX_LIMIT_REACHED;
  *record = reinterpret_cast<CUpti_Activity*>(at);
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI dropped(CUcontext /*context*/, std::uint32_t /*stream*/,
                                    std::size_t* records) {
  *records = fake_cupti.dropped;
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI push(CUpti_ExternalCorrelationKind /*kind*/, std::uint64_t /*id*/) {
  return CUPTI_SUCCESS;
}
inline CUptiResult CUPTIAPI pop(CUpti_ExternalCorrelationKind /*kind*/, std::uint64_t* /*last*/) {
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
