// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <tuple>
#include <vector>

/// Stands in for CUDA's own cuda_runtime.h: the kernels of kernels/cuda, compiled as plain C++, run
/// on the CPU, one thread block after the other, its threads as fibers that change only where they
/// wait for each other. What a kernel computes is tested without a GPU this way; races between
/// threads and anything about memory that only hardware has are not.

#undef __global__
#undef __device__
#undef __host__
#undef __shared__
#undef __launch_bounds__
#define __global__
#define __device__
#define __host__
#define __shared__ static
#define __launch_bounds__(...)
#undef __constant__
#define __constant__ static const
#undef __grid_constant__
#define __grid_constant__

using std::erf;
using std::exp;
using std::fabs;
using std::floor;
using std::fma;
using std::isfinite;
using std::rint;

namespace emulation {

struct Index {
  unsigned x = 0;
};

/// A launch: thread blocks and threads of each.
struct Grid {
  unsigned blocks = 0;
  unsigned threads = 0;
};
/// The grids of all launches since the last call, in order.
std::vector<Grid> take_launches();

/// Devices with so many multiprocessors, and how often a launch attribute was set.
inline constexpr int multiprocessors_of_device[] = {132, 108, 8};
extern int attributes_set;

/// Runs `body` once a thread of the grid, with so many bytes of dynamic shared memory. Aborts the
/// program where threads wait for each other at different places.
void run_grid(unsigned blocks, unsigned threads, std::size_t dynamic_bytes,
              const std::function<void()>& body);

/// Shows a value to the warp and gives everyone's, by lane, until the warp parts.
const void* const* show_to_warp(const void* value);
void part_from_warp();

/// Asynchronous copies: they happen when they are waited for, no sooner.
void start_copy(void* to, const void* from, int bytes);
void close_copy_group();
void finish_copies(int pending);

unsigned char* shared_memory_of_block();

/// To float with a rounding direction of <cfenv>.
float round_to_float(double value, int direction);

}  // namespace emulation

extern emulation::Index threadIdx, blockIdx, blockDim, gridDim;

void __syncthreads();
void __syncwarp();
unsigned __ballot_sync(unsigned mask, bool predicate);
bool __all_sync(unsigned mask, bool predicate);
unsigned __shfl_up_sync(unsigned mask, unsigned value, unsigned distance);
double __shfl_xor_sync(unsigned mask, double value, int distance);

float __double2float_rd(double value);
float __double2float_ru(double value);

inline std::int64_t min(std::int64_t a, std::int64_t b) {
  return a < b ? a : b;
}
inline std::int64_t max(std::int64_t a, std::int64_t b) {
  return a > b ? a : b;
}
inline int __popc(unsigned bits) {
  return __builtin_popcount(bits);
}
inline double __dadd_rn(double a, double b) {
  return a + b;
}
inline double __dsub_rn(double a, double b) {
  return a - b;
}
inline double __dmul_rn(double a, double b) {
  return a * b;
}
inline double __ddiv_rn(double a, double b) {
  return a / b;
}
inline std::int64_t __double_as_longlong(double value) {
  return __builtin_bit_cast(std::int64_t, value);
}
inline double __longlong_as_double(std::int64_t bits) {
  return __builtin_bit_cast(double, bits);
}
inline float __uint_as_float(unsigned bits) {
  return __builtin_bit_cast(float, bits);
}
inline unsigned __float_as_uint(float value) {
  return __builtin_bit_cast(unsigned, value);
}

inline unsigned atomicAdd(unsigned* place, unsigned value) {
  const unsigned before = *place;
  *place += value;
  return before;
}

/// Thread blocks run one after the other: what one has written the next one sees.
inline void __threadfence() {}

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
  const std::tuple<Parameters...> copies(arguments...);
  emulation::run_grid(config->gridDim.x, config->blockDim.x, config->dynamicSmemBytes,
                      [&] { std::apply(kernel, copies); });
  return cudaSuccess;
}
