// SPDX-License-Identifier: Apache-2.0
// A tool in the place of Nsight Systems: NVTX loads it by NVTX_INJECTION64_PATH and calls it; it
// writes down what it is told, a line an event.
#include <nvtx3/nvToolsExt.h>
#include <nvtx3/nvToolsExtCounters.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace {

std::mutex mutex;
std::string events;
std::vector<std::string> counters;
thread_local int depth = 0;

void note(const std::string& event) {
  const std::scoped_lock lock(mutex);
  events += event + "\n";
}

int NVTX_API on_push(const char* name) {
  note(std::to_string(depth) + " " + name);
  return depth++;
}

int NVTX_API on_pop() {
  --depth;
  note(std::to_string(depth) + " end");
  return depth;
}

std::uint64_t NVTX_API on_register(nvtxDomainHandle_t /*domain*/,
                                   const nvtxCounterAttr_t* counter) {
  const std::scoped_lock lock(mutex);
  counters.emplace_back(counter->name);
  return NVTX_COUNTER_ID_DYNAMIC_START + counters.size() - 1;
}

void NVTX_API on_sample(nvtxDomainHandle_t /*domain*/, std::uint64_t counter, std::int64_t value) {
  const std::string name = counters.at(counter - NVTX_COUNTER_ID_DYNAMIC_START);
  note(name + " = " + std::to_string(value));
}

}  // namespace

#define ACTSCOPE_EXPORT extern "C" __attribute__((visibility("default")))

ACTSCOPE_EXPORT int InitializeInjectionNvtx2(NvtxGetExportTableFunc_t get_table) {
  const auto* callbacks =
      static_cast<const NvtxExportTableCallbacks*>(get_table(NVTX_ETID_CALLBACKS));
  NvtxFunctionTable table = nullptr;
  unsigned int size = 0;
  if (callbacks == nullptr ||
      callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE, &table, &size) == 0 ||
      size <= NVTX_CBID_CORE_RangePop) {
    return 0;
  }
  *table[NVTX_CBID_CORE_RangePushA] = reinterpret_cast<NvtxFunctionPointer>(&on_push);
  *table[NVTX_CBID_CORE_RangePop] = reinterpret_cast<NvtxFunctionPointer>(&on_pop);
  return 1;
}

ACTSCOPE_EXPORT int InitializeInjectionNvtxExtension(nvtxExtModuleInfo_t* module) {
  if (module->moduleId != NVTX_EXT_COUNTERS_MODULEID) return 0;
  std::intptr_t* slots = module->segments[0].functionSlots;
  slots[NVTX3EXT_CBID_nvtxCounterRegister] = reinterpret_cast<std::intptr_t>(&on_register);
  slots[NVTX3EXT_CBID_nvtxCounterSampleInt64] = reinterpret_cast<std::intptr_t>(&on_sample);
  return 1;
}

ACTSCOPE_EXPORT const char* take_events() {
  static std::string taken;
  const std::scoped_lock lock(mutex);
  taken = std::move(events);
  events.clear();
  return taken.c_str();
}
