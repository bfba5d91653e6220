// SPDX-License-Identifier: Apache-2.0
// The functions of kernels/cuda/tensor_core.cuh on the CPU, fragments as that header lays them out.
#include "cuda/tensor_core.cuh"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned warp = 32;

unsigned lane_of_thread() {
  return threadIdx.x % warp;
}

void load(const void* row, bool transposed, unsigned (&to)[4]) {
  const void* const* rows = emulation::show_to_warp(row);
  const unsigned g = lane_of_thread() / 4;
  const unsigned t = lane_of_thread() % 4;
  for (unsigned matrix = 0; matrix < 4; ++matrix) {
    std::uint16_t halves[2];
    for (unsigned half = 0; half < 2; ++half) {
      const unsigned line = transposed ? 2 * t + half : g;
      const unsigned place = transposed ? g : 2 * t + half;
      const auto* from = static_cast<const std::uint16_t*>(rows[8 * matrix + line]);
      halves[half] = from[place];
    }
    to[matrix] = halves[0] | static_cast<unsigned>(halves[1]) << 16;
  }
  emulation::part_from_warp();
}

/// How a warp's registers hold a type.
template <class T>
struct Fragments {
  static constexpr unsigned k = 16;
  static double half_of(unsigned bits, unsigned half) {
    T value;
    value.bits = static_cast<std::uint16_t>(bits >> (16 * half));
    return static_cast<float>(value);
  }
  // Element A[m][k] of the warp's 32 × 4 registers, likewise B[k][n].
  template <class Registers>
  static double a(const Registers& of, unsigned m, unsigned col) {
    return half_of(of(m % 8 * 4 + col % 8 / 2, m / 8 + col / 8 * 2), col % 2);
  }
  template <class Registers>
  static double b(const Registers& of, unsigned row, unsigned n) {
    return half_of(of(n * 4 + row % 8 / 2, row / 8), row % 2);
  }
};

template <>
struct Fragments<float> {
  static constexpr unsigned k = 8;
  // The lower 13 bits of a tf32 number are not read.
  static double number(unsigned bits) { return __builtin_bit_cast(float, bits & 0xffffe000U); }
  template <class Registers>
  static double a(const Registers& of, unsigned m, unsigned col) {
    return number(of(m % 8 * 4 + col % 4, m / 8 + col / 4 * 2));
  }
  template <class Registers>
  static double b(const Registers& of, unsigned row, unsigned n) {
    return number(of(n * 4 + row % 4, row / 4));
  }
};

struct Operands {
  unsigned a[4];
  unsigned b[2];
};

}  // namespace

void load_matrices(const void* row, unsigned (&to)[4]) {
  load(row, false, to);
}
void load_matrices_transposed(const void* row, unsigned (&to)[4]) {
  load(row, true, to);
}

template <class T>
void multiply_add(float (&sums)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  const Operands mine{{a[0], a[1], a[2], a[3]}, {b0, b1}};
  const void* const* shown = emulation::show_to_warp(&mine);
  const auto of_lane = [&](unsigned lane) { return static_cast<const Operands*>(shown[lane]); };
  const auto of_a = [&](unsigned lane, unsigned place) { return of_lane(lane)->a[place]; };
  const auto of_b = [&](unsigned lane, unsigned place) { return of_lane(lane)->b[place]; };
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned m = lane_of_thread() / 4 + i / 2 * 8;
    const unsigned n = lane_of_thread() % 4 * 2 + i % 2;
    double sum = static_cast<double>(sums[i]);
    for (unsigned k = 0; k < Fragments<T>::k; ++k) {
      sum += Fragments<T>::a(of_a, m, k) * Fragments<T>::b(of_b, k, n);
    }
    sums[i] = static_cast<float>(sum);
  }
  emulation::part_from_warp();
}
template void multiply_add<bfloat16>(float (&)[4], const unsigned (&)[4], unsigned, unsigned);
template void multiply_add<float16>(float (&)[4], const unsigned (&)[4], unsigned, unsigned);
template void multiply_add<float>(float (&)[4], const unsigned (&)[4], unsigned, unsigned);

unsigned round_to_tf32(float value) {
  const auto bits = __builtin_bit_cast(unsigned, value);
  if (!std::isfinite(value)) return std::isnan(value) ? 0x7fffffffU : bits;
  return (bits + 0x1000U) & 0xffffe000U;
}

void copy_async(void* shared, const void* global, int bytes) {
  const auto aligned = [](const void* place) {
    return reinterpret_cast<std::uintptr_t>(place) % 16 == 0;
  };
  if (!aligned(shared) || !aligned(global) || bytes < 0 || bytes > 16) {
    std::fprintf(stderr, "emulation: an asynchronous copy is not aligned to 16 bytes\n");
    std::abort();
  }
  emulation::start_copy(shared, global, bytes);
}
void commit_copies() {
  emulation::close_copy_group();
}
template <int pending>
void await_copies() {
  emulation::finish_copies(pending);
}
template void await_copies<0>();
template void await_copies<1>();
template void await_copies<2>();

int thread_number() {
  return static_cast<int>(threadIdx.x);
}

unsigned char* dynamic_shared_memory() {
  return emulation::shared_memory_of_block();
}

}  // namespace actscope::kernels::cuda
