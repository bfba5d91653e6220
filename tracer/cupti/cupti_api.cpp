// SPDX-License-Identifier: Apache-2.0
#include "cupti/cupti_api.hpp"

#include <dlfcn.h>

namespace actscope::tracer {
namespace {

constexpr const char* library_names[] = {"libcupti.so.13", "libcupti.so"};

void* open_library() {
  for (const char* name : library_names) {
    if (void* loaded = ::dlopen(name, RTLD_LAZY | RTLD_NOLOAD)) return loaded;
  }
  for (const char* name : library_names) {
    if (void* loaded = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL)) return loaded;
  }
  return nullptr;
}

struct Loaded {
  CuptiApi api;
  std::string why_not;  ///< empty: all is there

  template <class Function>
  void find(void* library, Function& function, const char* name) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    if (function == nullptr && why_not.empty()) why_not = std::string("libcupti lacks ") + name;
  }
};

Loaded load() {
  Loaded loaded;
  void* library = open_library();
  if (library == nullptr) {
    loaded.why_not = "libcupti.so.13 was not found; scripts/setup --cuda installs it";
    return loaded;
  }
  CuptiApi& api = loaded.api;
  loaded.find(library, api.get_version, "cuptiGetVersion");
  loaded.find(library, api.get_result_string, "cuptiGetResultString");
  loaded.find(library, api.subscribe, "cuptiSubscribe_v2");
  loaded.find(library, api.unsubscribe, "cuptiUnsubscribe");
  loaded.find(library, api.enable, "cuptiActivityEnable");
  loaded.find(library, api.disable, "cuptiActivityDisable");
  loaded.find(library, api.enable_runtime_api, "cuptiActivityEnableRuntimeApi");
  loaded.find(library, api.enable_driver_api, "cuptiActivityEnableDriverApi");
  loaded.find(library, api.register_callbacks, "cuptiActivityRegisterCallbacks");
  loaded.find(library, api.register_timestamp_callback, "cuptiActivityRegisterTimestampCallback");
  loaded.find(library, api.set_attribute, "cuptiActivitySetAttribute");
  loaded.find(library, api.flush_all, "cuptiActivityFlushAll");
  loaded.find(library, api.get_next_record, "cuptiActivityGetNextRecord");
  loaded.find(library, api.get_dropped_records, "cuptiActivityGetNumDroppedRecords");
  loaded.find(library, api.push_external_id, "cuptiActivityPushExternalCorrelationId");
  loaded.find(library, api.pop_external_id, "cuptiActivityPopExternalCorrelationId");
  return loaded;
}

}  // namespace

std::string CuptiApi::text_of(CUptiResult result) const {
  const char* text = nullptr;
  if (get_result_string(result, &text) == CUPTI_SUCCESS && text != nullptr) return text;
  return "CUPTI error " + std::to_string(static_cast<int>(result));
}

const CuptiApi* cupti_api(std::string& why_not) {
  static const Loaded loaded = load();
  why_not = loaded.why_not;
  return loaded.why_not.empty() ? &loaded.api : nullptr;
}

}  // namespace actscope::tracer
