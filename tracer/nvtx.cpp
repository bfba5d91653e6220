// SPDX-License-Identifier: Apache-2.0
#include "nvtx.hpp"

#include <nvtx3/nvToolsExt.h>
#include <nvtx3/nvToolsExtCounters.h>
#include <nvtx3/nvToolsExtPayload.h>

#include <exception>
#include <map>
#include <mutex>

#include "actscope/tracer/name.hpp"

namespace actscope::tracer {
namespace {

// Numbers of counters are the tool's; 0: no tool takes counters.
std::uint64_t counter_of(NameNumber name) {
  static std::mutex mutex;
  static std::map<NameNumber, std::uint64_t> counters;
  const std::scoped_lock lock(mutex);
  const auto [at, is_new] = counters.try_emplace(name, 0);
  if (is_new) {
    nvtxCounterAttr_t attributes{};
    attributes.structSize = sizeof attributes;
    attributes.schemaId = NVTX_PAYLOAD_ENTRY_TYPE_INT64;
    attributes.name = Name(name).text().c_str();
    attributes.description = "bytes";
    at->second = nvtxCounterRegister(nullptr, &attributes);
  }
  return at->second;
}

}  // namespace

void push_nvtx_range(NameNumber name) noexcept {
  nvtxRangePushA(Name(name).text().c_str());
}

void pop_nvtx_range() noexcept {
  nvtxRangePop();
}

void set_nvtx_counter(NameNumber name, std::int64_t value) noexcept {
  try {
    if (const std::uint64_t counter = counter_of(name); counter != 0) {
      nvtxCounterSampleInt64(nullptr, counter, value);
    }
  } catch (
      const std::exception&) {  // no memory for another counter: Nsight lacks it, the trace not
  }
}

}  // namespace actscope::tracer
