// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <utility>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/dtype.hpp"
#include "actscope/kernels/float16.hpp"
#include "check.hpp"
#include "launch_plan.hpp"
#include "limits.hpp"

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
  config.dynamicSmemBytes = plan.shared_bytes;
  config.stream = static_cast<cudaStream_t>(stream);
  constexpr unsigned shared_bytes_unasked = 48 * 1024;
  if (plan.shared_bytes > shared_bytes_unasked) {
    allow_shared_bytes(reinterpret_cast<const void*>(kernel), plan.shared_bytes, name);
  }
  check(cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...), name);
}

/// Calls `work` with a null pointer of the element type.
template <class Work>
void with_type(DType dtype, Work&& work) {
  switch (dtype) {
    case DType::f32:
      return work(static_cast<float*>(nullptr));
    case DType::f64:
      return work(static_cast<double*>(nullptr));
    case DType::bf16:
      return work(static_cast<bfloat16*>(nullptr));
    case DType::f16:
      return work(static_cast<float16*>(nullptr));
  }
}

/// The same for what computes in the type itself: f32 or f64.
template <class Work>
void with_real(DType dtype, Work&& work) {
  if (dtype == DType::f64) {
    work(static_cast<double*>(nullptr));
  } else {
    work(static_cast<float*>(nullptr));
  }
}

}  // namespace actscope::kernels::cuda
