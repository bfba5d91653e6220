// SPDX-License-Identifier: Apache-2.0
#include "host_platform.hpp"

#include <omp.h>

#include <utility>

#include "machine.hpp"

namespace actscope::bench {
namespace {

// Libraries that run on OpenMP take its number when they are made.
void set_threads(std::int64_t threads) {
  omp_set_dynamic(0);
  omp_set_num_threads(static_cast<int>(threads));
}

}  // namespace

HostPlatform::HostPlatform(kernels::Backend backend, std::int64_t threads,
                           std::vector<std::unique_ptr<Rival>> rivals)
    : backend_(backend), threads_(threads) {
  set_threads(threads);
  rivals_ = std::move(rivals);
}

std::unique_ptr<BlockSparse> HostPlatform::ours(const Problem& problem,
                                                const kernels::BlockSpec& spec) {
  return make_host_block_sparse(problem, spec, backend_);
}

KernelsMachine HostPlatform::machine() {
  return measure_host_machine(threads_);
}

double HostPlatform::peak_again() {
  return measure_host_peak(threads_);
}

std::unique_ptr<Platform> make_host_platform(kernels::Backend backend, std::int64_t threads) {
  set_threads(threads);
  return std::make_unique<HostPlatform>(backend, threads, make_host_rivals(threads));
}

}  // namespace actscope::bench
