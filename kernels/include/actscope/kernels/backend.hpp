// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace actscope::kernels {

/// Who computes. `reference` is the oracle: obvious loops, host memory, one thread. `cpu` takes
/// host memory, `cuda` device memory.
enum class Backend { reference, cpu, cuda };

/// How products of f32 are computed on CUDA; other back ends and types take no notice.
enum class Precision {
  strict,  ///< in f32 throughout
  tf32,    ///< on tensor cores: operands rounded to 10 bits of mantissa, exact products, f32 sums
};

/// Scratch memory of the back end, owned by the caller; work on one stream may share it.
struct Workspace {
  void* data = nullptr;
  std::int64_t bytes = 0;
};

/// Where a back end finds scratch memory of its own accord, in place of a Workspace. `take` returns
/// null where there is none: results are then the same bits, in more time. What is given back may
/// still be in use by work enqueued on the stream.
struct ScratchSource {
  void* (*take)(std::int64_t bytes, void* stream) = nullptr;
  void (*give_back)(void* memory) noexcept = nullptr;
};

/// Back end and, on CUDA, the stream (cudaStream_t) that work is enqueued on.
struct ExecutionContext {
  Backend backend = Backend::cpu;
  void* stream = nullptr;
  Precision precision = Precision::strict;
  Workspace workspace = {};                ///< of products, see gemm_tn_workspace_bytes
  int device = -1;                         ///< CUDA: whose stream it is; -1: the current one
  const ScratchSource* scratch = nullptr;  ///< asked where the workspace is too small
};

/// "reference", "cpu", "cuda".
std::string_view name_of(Backend backend);

/// Whether this build contains the back end.
bool is_built(Backend backend) noexcept;

/// Whether it can run here and now: built, and for CUDA a driver and a device answer. Never throws.
bool is_usable(Backend backend) noexcept;

/// What runs, or why it cannot: "cpu avx3_zen4, 2 threads", "cuda 13.0, NVIDIA H200, driver 13.1",
/// "cuda is not built in; configure with the preset cuda".
std::string describe(Backend backend);

}  // namespace actscope::kernels
