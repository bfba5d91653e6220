// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace actscope::bench {
namespace {

constexpr int rounds = 25;
constexpr int accumulators = 12;  // hides the latency of two units, fits 16 registers
constexpr std::int64_t multiply_adds = 1'000'000;
constexpr std::int64_t stream_elements = std::int64_t{16} << 20;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Keeps the compiler from leaving the work out.
void keep(const void* address) {
  asm volatile("" : : "r"(address) : "memory");
}

template <int bytes>
struct Vector {
  typedef float type __attribute__((vector_size(bytes)));
};

// Independent chains of multiply-adds. FLOPs are 2 · accumulators · lanes · multiply_adds.
template <int bytes>
[[gnu::always_inline]] inline void multiply_add(float* sink) {
  using V = typename Vector<bytes>::type;
  constexpr int lanes = bytes / 4;
  V sums[accumulators], factor = {}, step = {};
  for (int lane = 0; lane < lanes; ++lane) {
    factor[lane] = 0.999F;
    step[lane] = 1e-3F;
  }
  for (V& sum : sums) sum = step;
  for (std::int64_t i = 0; i < multiply_adds; ++i) {
    for (V& sum : sums) sum = sum * factor + step;
  }
  for (const V& sum : sums) sink[0] += sum[0];
  keep(sink);
}

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void run_avx512(float* sink) {
  multiply_add<64>(sink);
}
[[gnu::target("avx2,fma")]] void run_avx2(float* sink) {
  multiply_add<32>(sink);
}
#endif
void run_plain(float* sink) {
  multiply_add<16>(sink);
}

struct Peak {
  void (*run)(float* sink);
  int lanes;
};

Peak widest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") != 0) return {run_avx512, 16};
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
    return {run_avx2, 8};
  }
#endif
  return {run_plain, 4};
}

double peak_flops(int threads) {
  const Peak peak = widest();
  const double flops =
      2.0 * accumulators * peak.lanes * static_cast<double>(multiply_adds) * threads;
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
#pragma omp parallel num_threads(threads)
    {
      float sink = 0;
      peak.run(&sink);
    }
    best = std::max(best, flops / seconds_since(begin));
  }
  return best;
}

double stream_bytes(int threads) {
  const auto n = static_cast<std::size_t>(stream_elements);
  std::vector<float> a(n, 0), b(n, 1), c(n, 2);
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
#pragma omp parallel for simd num_threads(threads) schedule(static)
    for (std::size_t i = 0; i < n; ++i) a[i] = b[i] + 3 * c[i];
    keep(a.data());
    best = std::max(best, 3.0 * 4 * static_cast<double>(n) / seconds_since(begin));
  }
  return best;
}

}  // namespace

double measure_host_peak(std::int64_t threads) {
  return peak_flops(static_cast<int>(threads));
}

KernelsMachine measure_host_machine(std::int64_t threads) {
  KernelsMachine machine;
  machine.threads = threads;
  machine.origin = "f32 multiply-adds in registers, a triad over arrays that no cache holds";
  machine.peak_flops = Measured<double>::of(peak_flops(static_cast<int>(threads)));
  machine.bandwidth_bytes_per_s = Measured<double>::of(stream_bytes(static_cast<int>(threads)));
  return machine;
}

}  // namespace actscope::bench
