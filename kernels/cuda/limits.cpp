// SPDX-License-Identifier: Apache-2.0
#include "limits.hpp"

#include <cuda_runtime_api.h>

#include <map>
#include <mutex>
#include <utility>

#include "check.hpp"
#include "kernels.hpp"

namespace actscope::kernels::cuda {

namespace {

std::mutex kept_mutex;

int current_device() {
  int device = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  return device;
}

std::int64_t attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
  return value;
}

}  // namespace

DeviceLimits device_limits() {
  static std::map<int, DeviceLimits> kept;
  const int device = current_device();
  const std::scoped_lock lock(kept_mutex);
  if (const auto found = kept.find(device); found != kept.end()) return found->second;
  const DeviceLimits limits{attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
                            attribute(cudaDevAttrMultiProcessorCount, device)};
  kept.emplace(device, limits);
  return limits;
}

std::int64_t multiprocessors() noexcept {
  try {
    return device_limits().multiprocessors;
  } catch (...) {
    static_cast<void>(cudaGetLastError());  // a question leaves no trace
    return usual_multiprocessors;
  }
}

void allow_shared_bytes(const void* kernel, std::int64_t bytes, const char* name) {
  static std::map<std::pair<int, const void*>, std::int64_t> allowed;
  const int device = current_device();
  const std::scoped_lock lock(kept_mutex);
  std::int64_t& most = allowed[{device, kernel}];
  if (bytes <= most) return;
  check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                             static_cast<int>(bytes)),
        name);
  most = bytes;
}

int enter_device(int device) {
  const int before = current_device();
  if (before == device) return -1;
  check(cudaSetDevice(device), "cudaSetDevice");
  return before;
}

void leave_device(int before) noexcept {
  check_in_destructor(cudaSetDevice(before), "cudaSetDevice");
}

}  // namespace actscope::kernels::cuda
