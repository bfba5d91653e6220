// SPDX-License-Identifier: Apache-2.0
#include "check.hpp"

#include <cstdio>

#include "actscope/base/error.hpp"

namespace actscope::kernels::cuda {

namespace {

std::string_view remedy_for(cudaError_t code) {
  switch (code) {
    case cudaErrorInsufficientDriver:
    case cudaErrorNoDevice:
    case cudaErrorInitializationError:
    case cudaErrorSystemNotReady:
    case cudaErrorSystemDriverMismatch:
      return "check that nvidia-smi lists a GPU with a driver for CUDA 13 (580 or newer), or use "
             "the cpu";
    case cudaErrorMemoryAllocation:
      return "free device memory, or lower the batch or the workspace";
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
      return "build for this GPU: configure with -DACTSCOPE_CUDA_ARCHITECTURES=native";
    case cudaErrorIllegalAddress:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidDevicePointer:
      return "check that every pointer is device memory of the size its shape says; "
             "compute-sanitizer "
             "names the access";
    default:
      return "run it again under compute-sanitizer; CUDA_LAUNCH_BLOCKING=1 names the call";
  }
}

}  // namespace

std::string cuda_error_text(cudaError_t code, std::string_view call) {
  const std::string why = std::string(call) + ": error " + std::to_string(static_cast<int>(code)) +
                          " " + cudaGetErrorName(code) + ", " + cudaGetErrorString(code);
  return error_text("a CUDA call failed", why, remedy_for(code));
}

void check(cudaError_t code, std::string_view call) {
  if (code != cudaSuccess) throw DeviceError(cuda_error_text(code, call));
}

bool check_or_log(cudaError_t code, std::string_view call) {
  if (code == cudaSuccess) return true;
  std::fprintf(stderr, "actscope: %s\n", cuda_error_text(code, call).c_str());
  return false;
}

bool check_in_destructor(cudaError_t code, const char* call) noexcept {
  if (code == cudaSuccess) return true;
  if (code == cudaErrorCudartUnloading || code == cudaErrorContextIsDestroyed) return false;
  // No string is built here: building one could throw.
  std::fprintf(stderr, "actscope: a CUDA call failed [%s: error %d %s]\n", call,
               static_cast<int>(code), cudaGetErrorName(code));
  return false;
}

}  // namespace actscope::kernels::cuda
