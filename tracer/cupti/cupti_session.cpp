// SPDX-License-Identifier: Apache-2.0
#include "cupti/cupti_session.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "activity_interpreter.hpp"
#include "actscope/base/error.hpp"
#include "actscope/tracer/name.hpp"
#include "actscope/tracer/place_observer.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "correlation.hpp"
#include "cupti/activity_buffers.hpp"
#include "cupti/activity_decoder.hpp"
#include "cupti/launch_calls.hpp"

namespace actscope::tracer {
namespace {

constexpr CUpti_ActivityKind recorded_kinds[] = {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL,
                                                 CUPTI_ACTIVITY_KIND_MEMCPY,
                                                 CUPTI_ACTIVITY_KIND_MEMSET,
                                                 CUPTI_ACTIVITY_KIND_OVERHEAD,
                                                 CUPTI_ACTIVITY_KIND_MEMORY2,
                                                 CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION};
constexpr auto external_kind = CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM2;
constexpr std::size_t device_buffer_pool = 20;

// CUPTI's callbacks carry no user data, so what they use is global, and never destroyed.
ActivityBuffers& buffers() {
  static auto* all = new ActivityBuffers;
  return *all;
}
const CuptiApi* active_api = nullptr;

void CUPTIAPI on_buffer_requested(std::uint8_t** buffer, std::size_t* size,
                                  std::size_t* max_records) {
  *buffer = buffers().hand_out();
  *size = *buffer == nullptr ? 0 : ActivityBuffers::buffer_bytes;
  *max_records = 0;
}

void CUPTIAPI on_buffer_completed(CUcontext /*context*/, std::uint32_t /*stream*/,
                                  std::uint8_t* buffer, std::size_t /*size*/,
                                  std::size_t valid_bytes) {
  buffers().take_back(buffer, valid_bytes);
}

void CUPTIAPI on_api_call(void* /*user*/, CUpti_CallbackDomain /*domain*/, CUpti_CallbackId /*id*/,
                          const void* /*data*/) {}

std::uint64_t CUPTIAPI timestamp() {
  return static_cast<std::uint64_t>(now_ns());
}

void enter_place(const TracePlace& place, NameNumber /*name*/, ScopeKind /*kind*/) {
  active_api->push_external_id(external_kind, encode_place(place));
}

void leave_place() {
  std::uint64_t last = 0;
  active_api->pop_external_id(external_kind, &last);
}

constexpr PlaceObserver correlate{&enter_place, &leave_place};

// Called before any kind is enabled: records would else have the times of another clock. Holds for
// the process.
CUptiResult register_clock(const CuptiApi& api) {
  static std::mutex mutex;
  static const CuptiApi* registered = nullptr;
  const std::scoped_lock lock(mutex);
  if (registered == &api) return CUPTI_SUCCESS;
  const CUptiResult result = api.register_timestamp_callback(&timestamp);
  if (result == CUPTI_SUCCESS) registered = &api;
  return result;
}

// Enables one kind of record for a moment, to see whether CUPTI refuses.
CUptiResult try_enable(const CuptiApi& api) {
  const CUptiResult result = api.enable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
  if (result == CUPTI_SUCCESS) api.disable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
  return result;
}

std::string why_not_enabled(const CuptiApi& api, CUptiResult result) {
  const std::string text = api.text_of(result);
  if (result == CUPTI_ERROR_INSUFFICIENT_PRIVILEGES) {
    return text + ": the driver allows profiling to administrators only";
  }
  return text + ": no NVIDIA driver answers, or it is older than CUDA 13";
}

class Session final : public KernelSession {
 public:
  Session(const CuptiApi& api, ActivitySink* sink) : api_(api), sink_(sink) {
    if (const CUptiResult result = register_clock(api_); result != CUPTI_SUCCESS) {
      refuse(why_not_enabled(api_, result));
    }
    subscribe();
    std::size_t pool = device_buffer_pool;
    std::size_t bytes = sizeof pool;
    api_.set_attribute(CUPTI_ACTIVITY_ATTR_DEVICE_BUFFER_POOL_LIMIT, &bytes, &pool);
    std::uint8_t zeroed = 1;
    bytes = sizeof zeroed;
    api_.set_attribute(CUPTI_ACTIVITY_ATTR_ZEROED_OUT_ACTIVITY_BUFFER, &bytes, &zeroed);
    const CUptiResult registered =
        api_.register_callbacks(&on_buffer_requested, &on_buffer_completed);
    const CUptiResult result = registered == CUPTI_SUCCESS ? try_enable(api_) : registered;
    if (result != CUPTI_SUCCESS) {
      api_.unsubscribe(subscriber_);
      refuse(why_not_enabled(api_, result));
    }
    active_api = &api_;
  }

  ~Session() override {
    stop();
    api_.unsubscribe(subscriber_);
  }

  const char* source() const override { return "cupti"; }

  void begin() override {
    begin_ns_ = now_ns();
    for (const CUpti_ActivityKind kind : recorded_kinds) {
      if (api_.enable(kind) != CUPTI_SUCCESS) ++failures_;
    }
    failures_ += set_launches(1);  // after the external correlations that go before them
    place_observer = &correlate;
    is_on_ = true;
  }

  std::vector<KernelEvent> end(TraceRecord& losses) override {
    stop();
    interpreter_.set_window(begin_ns_, now_ns());
    if (api_.flush_all(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED) != CUPTI_SUCCESS) ++failures_;
    take_records(losses);
    std::size_t dropped = 0;
    if (api_.get_dropped_records(nullptr, 0, &dropped) != CUPTI_SUCCESS) ++failures_;
    losses.dropped_records +=
        static_cast<std::int64_t>(dropped) + failures_ + buffers().refused() - refused_before_;
    failures_ = 0;
    refused_before_ = buffers().refused();
    hand_on(losses);
    const std::vector<ActivityRecord> window = std::exchange(records_, {});
    for (const ActivityRecord& record : window) interpreter_.add(record);
    return interpreter_.take(losses).kernels;  // the rest is counted in `losses`
  }

 private:
  [[noreturn]] static void refuse(const std::string& why) {
    throw DeviceError(error_text("CUPTI not usable", why, "use --trace timeline"));
  }

  void subscribe() {
    std::array<char, 128> other{};
    CUpti_SubscriberParams params{};
    params.structSize = CUpti_SubscriberParams_STRUCT_SIZE;
    params.subscriberName = "Actscope";
    params.oldSubscriberName = other.data();
    params.oldSubscriberSize = other.size();
    const CUptiResult result = api_.subscribe(&subscriber_, &on_api_call, nullptr, &params);
    if (result == CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED) {
      refuse("taken by " + (other[0] == '\0' ? "another profiler" : std::string(other.data())));
    }
    if (result != CUPTI_SUCCESS) refuse(why_not_enabled(api_, result));
  }

  void stop() {
    if (!is_on_) return;
    is_on_ = false;
    place_observer = nullptr;
    set_launches(0);
    for (const CUpti_ActivityKind kind : recorded_kinds) api_.disable(kind);
  }

  // Switches records of launches on or off. Returns how many calls CUPTI refused.
  std::int64_t set_launches(std::uint8_t is_recorded) {
    std::int64_t refused = 0;
    for (const CUpti_CallbackId call : runtime_launches) {
      if (api_.enable_runtime_api(call, is_recorded) != CUPTI_SUCCESS) ++refused;
    }
    for (const CUpti_CallbackId call : driver_launches) {
      if (api_.enable_driver_api(call, is_recorded) != CUPTI_SUCCESS) ++refused;
    }
    return refused;
  }

  // Where memory runs out, the rest of the window is lost.
  void take_records(TraceRecord& losses) {
    std::vector<ActivityBuffers::Filled> filled = buffers().take_filled();
    for (ActivityBuffers::Filled& one : filled) {
      try {
        decode(one);
        buffers().recycle(std::move(one));
      } catch (const std::bad_alloc&) {
        ++losses.dropped_records;
      }
    }
  }

  void decode(const ActivityBuffers::Filled& filled) {
    CUpti_Activity* record = nullptr;
    while (api_.get_next_record(filled.bytes.get(), filled.valid_bytes, &record) == CUPTI_SUCCESS) {
      if (std::optional<ActivityRecord> ours = decode_activity(*record)) {
        records_.push_back(std::move(*ours));
      }
    }
  }

  void hand_on(TraceRecord& losses) {
    if (sink_ == nullptr) return;
    try {
      std::vector<ActivityRecord> window = records_;
      window.emplace_back().kind = ActivityKind::window_end;
      const std::vector<std::string> names = names_from(names_given_);
      names_given_ += names.size();
      sink_->write(names, window);
    } catch (...) {
      sink_ = nullptr;
      losses.dropped_records += static_cast<std::int64_t>(records_.size());
    }
  }

  const CuptiApi& api_;
  CUpti_SubscriberHandle subscriber_ = nullptr;
  ActivitySink* sink_;
  std::vector<ActivityRecord> records_;  // of the window
  std::size_t names_given_ = 0;
  ActivityInterpreter interpreter_;
  bool is_on_ = false;
  std::int64_t begin_ns_ = 0;
  std::int64_t failures_ = 0;
  std::int64_t refused_before_ = 0;
};

}  // namespace

bool is_cupti_built() noexcept {
  return true;
}

bool is_cupti_usable() {
  std::string why_not;
  const CuptiApi* api = cupti_api(why_not);
  return api != nullptr && try_enable(*api) == CUPTI_SUCCESS;
}

std::string describe_cupti() {
  std::string why_not;
  const CuptiApi* api = cupti_api(why_not);
  if (api == nullptr) return "not usable: " + why_not;
  if (const CUptiResult result = try_enable(*api); result != CUPTI_SUCCESS) {
    return "not usable: " + why_not_enabled(*api, result);
  }
  std::uint32_t version = 0;
  api->get_version(&version);
  return "CUPTI API " + std::to_string(version);
}

std::unique_ptr<KernelSession> open_cupti_session(ActivitySink* sink) {
  std::string why_not;
  const CuptiApi* api = cupti_api(why_not);
  if (api == nullptr) {
    throw DeviceError(error_text("CUPTI not usable", why_not, "use --trace timeline"));
  }
  return make_cupti_session(*api, sink);
}

std::unique_ptr<KernelSession> make_cupti_session(const CuptiApi& api, ActivitySink* sink) {
  return std::make_unique<Session>(api, sink);
}

}  // namespace actscope::tracer
