// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "actscope/base/kernels_bench_record.hpp"
#include "block_sparse.hpp"
#include "element_type.hpp"
#include "rival.hpp"
#include "stopwatch.hpp"

namespace actscope::bench {

/// How compress and product are timed beside the whole. inside: by the clock between them, in the
/// same calls. apart: in calls of their own, where reading a clock would stand in the way of the
/// work.
enum class Parts { inside, apart };

/// Where a row is measured: a back end of ours for one type and number of threads, the rivals that
/// work in the same memory, their clock, and what the machine below them can do.
class Platform {
 public:
  Platform() = default;
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;
  virtual ~Platform() = default;

  /// Requires problem to outlive the result
  virtual std::unique_ptr<BlockSparse> ours(const Problem& problem,
                                            const kernels::BlockSpec& spec) = 0;
  virtual Stopwatch& stopwatch() = 0;
  virtual Parts parts() const = 0;

  /// Measures the machine.
  /// Cost  about a second
  virtual KernelsMachine machine() = 0;
  /// Measures the peak once more: on a shared machine the best of many moments is nearest the
  /// truth. 0: once is enough.
  /// Units  FLOPs a second
  virtual double peak_again() { return 0; }

  std::vector<std::unique_ptr<Rival>>& rivals() { return rivals_; }

 protected:
  std::vector<std::unique_ptr<Rival>> rivals_;  ///< dense ones first
};

/// Host memory: `reference` or `cpu`, LibTorch, OpenBLAS and the others with `threads` threads.
/// Effects  sets the threads of OpenMP and of every library
std::unique_ptr<Platform> make_host_platform(kernels::Backend backend, std::int64_t threads);

/// Device memory: cuBLAS and cuSPARSE.
/// Errors  BackendNotBuilt, DeviceError
std::unique_ptr<Platform> make_cuda_platform(const ElementType& type);

}  // namespace actscope::bench
