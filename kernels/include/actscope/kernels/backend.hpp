// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace actscope::kernels {

/// Who computes. `reference` is the oracle: obvious loops, host memory, one thread. `cpu` takes
/// host memory, `cuda` device memory.
enum class Backend { reference, cpu, cuda };

/// Back end and, on CUDA, the stream (cudaStream_t) that work is enqueued on.
struct ExecutionContext {
  Backend backend = Backend::cpu;
  void* stream = nullptr;
};

std::string_view name_of(Backend backend) noexcept;

/// Whether this build contains the back end.
bool is_built(Backend backend) noexcept;

/// Whether it can run here and now: built, and for CUDA a driver and a device answer. Never throws.
bool is_usable(Backend backend) noexcept;

/// What runs, or why it cannot: "cpu avx3_zen4, 2 threads", "cuda 13.0, NVIDIA H200, driver 13.1",
/// "cuda is not built in; configure with the preset cuda".
std::string describe(Backend backend);

}  // namespace actscope::kernels
