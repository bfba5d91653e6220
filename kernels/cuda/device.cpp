// SPDX-License-Identifier: Apache-2.0
#include "device.hpp"

#include <cuda_runtime_api.h>

#include "actscope/base/error.hpp"
#include "check.hpp"

namespace actscope::kernels {

namespace {

/// "13.0" of 13000.
std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

/// cudaSuccess where at least one device answers. Asked anew each time: a device may be taken away.
cudaError_t probe() noexcept {
  int devices = 0;
  const cudaError_t code = cudaGetDeviceCount(&devices);
  // The runtime remembers a failed call until it is read; a probe must leave no trace.
  if (code != cudaSuccess) static_cast<void>(cudaGetLastError());
  return code == cudaSuccess && devices == 0 ? cudaErrorNoDevice : code;
}

}  // namespace

bool cuda_is_built() noexcept {
  return true;
}

bool cuda_is_usable() noexcept {
  return probe() == cudaSuccess;
}

std::string cuda_description() {
  const std::string built = "cuda " + version_text(CUDART_VERSION);
  const cudaError_t code = probe();
  if (code != cudaSuccess) {
    return built +
           " is built in but not usable: " + cuda::cuda_error_text(code, "cudaGetDeviceCount");
  }
  int device = 0;
  int driver = 0;
  cudaDeviceProp properties{};
  cuda::check(cudaGetDevice(&device), "cudaGetDevice");
  cuda::check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  cuda::check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  return built + ", " + properties.name + ", driver " + version_text(driver);
}

}  // namespace actscope::kernels
