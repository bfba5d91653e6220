// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <string>
#include <string_view>

namespace actscope::kernels::cuda {

/// "what [call: error 35 cudaErrorInsufficientDriver, text]; remedy" for a CUDA error code.
std::string cuda_error_text(cudaError_t code, std::string_view call);

/// Check that throws, for what a result depends on.
/// Errors  DeviceError: code is not cudaSuccess
void check(cudaError_t code, std::string_view call);

/// Logging check, for what may fail without spoiling a result: one line on stderr.
/// Returns whether code is cudaSuccess.
bool check_or_log(cudaError_t code, std::string_view call);

/// Check for destructors and exit handlers: as check_or_log, but never throws, and silent when the
/// driver is already being torn down.
bool check_in_destructor(cudaError_t code, const char* call) noexcept;

}  // namespace actscope::kernels::cuda
