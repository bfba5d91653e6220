// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <utility>

#include "actscope/kernels/dtype.hpp"
#include "check.hpp"
#include "launch_plan.hpp"

namespace actscope::kernels::cuda {

/// Enqueues a kernel and checks the launch itself; an empty plan launches nothing.
///
/// cudaLaunchKernelEx answers for this launch alone, whereas cudaGetLastError after `<<<>>>` may
/// report somebody else's older error.
/// Errors  DeviceError: the launch is refused
template <class... Parameters, class... Arguments>
void launch(const char* name, const GridPlan& plan, void* stream, void (*kernel)(Parameters...),
            Arguments&&... arguments) {
  if (plan.blocks == 0) return;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(plan.blocks);
  config.blockDim = dim3(plan.threads);
  config.stream = static_cast<cudaStream_t>(stream);
  check(cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...), name);
}

/// Calls `work` with a null pointer of the element type.
/// Errors  DeviceError: a type that has no CUDA operators
template <class Work>
void with_type(DType dtype, Work&& work) {
  if (dtype == DType::f32) {
    work(static_cast<float*>(nullptr));
  } else if (dtype == DType::f64) {
    work(static_cast<double*>(nullptr));
  } else {
    refuse_type(dtype);
  }
}

}  // namespace actscope::kernels::cuda
