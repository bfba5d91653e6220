// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/float16.hpp"

/// Instructions of tensor cores and of asynchronous copies, one function each: nothing else in this
/// back end is written in PTX. Without nvcc these are declarations alone; who runs kernels on a CPU
/// defines them.
///
/// Fragments are spread over the 32 lanes of a warp; with g = lane / 4 and t = lane % 4:
///
///     16-bit types, k = 16                         tf32, k = 8
///     a[0]  A[g][2t], A[g][2t + 1]                 A[g][t]
///     a[1]  A[g + 8][2t], A[g + 8][2t + 1]         A[g + 8][t]
///     a[2]  A[g][2t + 8], A[g][2t + 9]             A[g][t + 4]
///     a[3]  A[g + 8][2t + 8], A[g + 8][2t + 9]     A[g + 8][t + 4]
///     b0    B[2t][g], B[2t + 1][g]                 B[t][g]
///     b1    B[2t + 8][g], B[2t + 9][g]             B[t + 4][g]
///     sums  D[g][2t], D[g][2t + 1], D[g + 8][2t], D[g + 8][2t + 1]      (both)
///
/// where two numbers share a register the first is in its lower half.
///
/// Source  PTX ISA 9.0, "Warp-level matrix fragments", m16n8k16 and m16n8k8
namespace actscope::kernels::cuda {

/// Four 8 × 8 matrices of 16-bit numbers. Lane l gives the address of row l % 8 of matrix l / 8, 16
/// bytes in shared memory, aligned to 16; to[i] of a lane becomes elements [g][2t] and [g][2t + 1]
/// of matrix i.
__device__ void load_matrices(const void* row, unsigned (&to)[4]);
/// The same, each matrix transposed: to[i] becomes elements [2t][g] and [2t + 1][g].
__device__ void load_matrices_transposed(const void* row, unsigned (&to)[4]);

/// sums += A · B of [16, k] · [k, 8] as above, products exact, sums in f32.
template <class T>
__device__ void multiply_add(float (&sums)[4], const unsigned (&a)[4], unsigned b0, unsigned b1);

/// The bits of the nearest tf32 number (10 bits of mantissa, ties away from zero).
__device__ unsigned round_to_tf32(float value);

/// Starts to copy 16 bytes to shared memory, `bytes` (0 to 16) of them from global memory and the
/// rest zeros. Both addresses are aligned to 16.
__device__ void copy_async(void* shared, const void* global, int bytes);
/// Makes one group of the copies started by this thread since the last call.
__device__ void commit_copies();
/// Waits until at most `pending` of this thread's newest groups are under way.
template <int pending>
__device__ void await_copies();

/// threadIdx.x, read anew at each call: what follows from it is computed again where it is needed
/// and takes no register in between.
__device__ int thread_number();

/// Shared memory of the size that the launch asked for, aligned to 16 bytes.
__device__ unsigned char* dynamic_shared_memory();

#ifdef __CUDACC__

__device__ inline unsigned shared_address(const void* place) {
  return static_cast<unsigned>(__cvta_generic_to_shared(place));
}

__device__ inline void load_matrices(const void* row, unsigned (&to)[4]) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(shared_address(row))
               : "memory");
}
__device__ inline void load_matrices_transposed(const void* row, unsigned (&to)[4]) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(shared_address(row))
               : "memory");
}

// One instruction for each type of operands.
#define ACTSCOPE_MULTIPLY_ADD(type, shape_and_types)                                             \
  template <>                                                                                    \
  __device__ inline void multiply_add<type>(float(&sums)[4], const unsigned(&a)[4], unsigned b0, \
                                            unsigned b1) {                                       \
    asm volatile("mma.sync.aligned." shape_and_types                                             \
                 " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"              \
                 : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])                    \
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));                \
  }
ACTSCOPE_MULTIPLY_ADD(bfloat16, "m16n8k16.row.col.f32.bf16.bf16.f32")
ACTSCOPE_MULTIPLY_ADD(float16, "m16n8k16.row.col.f32.f16.f16.f32")
ACTSCOPE_MULTIPLY_ADD(float, "m16n8k8.row.col.f32.tf32.tf32.f32")
#undef ACTSCOPE_MULTIPLY_ADD

__device__ inline unsigned round_to_tf32(float value) {
  unsigned bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return bits;
}

__device__ inline void copy_async(void* shared, const void* global, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
               :
               : "r"(shared_address(shared)), "l"(global), "r"(bytes)
               : "memory");
}
__device__ inline void commit_copies() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}
template <int pending>
__device__ inline void await_copies() {
  asm volatile("cp.async.wait_group %0;" : : "n"(pending) : "memory");
}

__device__ inline int thread_number() {
  int number;
  asm volatile("mov.u32 %0, %%tid.x;" : "=r"(number));
  return number;
}

__device__ inline unsigned char* dynamic_shared_memory() {
  extern __shared__ __align__(16) unsigned char actscope_shared_memory[];
  return actscope_shared_memory;
}

#endif  // __CUDACC__

}  // namespace actscope::kernels::cuda
