// SPDX-License-Identifier: Apache-2.0
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "mask.hpp"

namespace actscope::bench::cuda {
namespace {

constexpr int threads = 256;

template <class T>
struct alignas(16) Pack {
  static constexpr int size = 16 / sizeof(T);
  T values[size];
};

// A thread multiplies 16 bytes; the last numbers, fewer than a pack, go one by one.
template <class T>
__global__ void multiply(const T* x, const T* mask, T* result, std::int64_t count) {
  const std::int64_t thread = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  const std::int64_t packs = count / Pack<T>::size;
  if (thread < packs) {
    const Pack<T> a = reinterpret_cast<const Pack<T>*>(x)[thread];
    const Pack<T> b = reinterpret_cast<const Pack<T>*>(mask)[thread];
    Pack<T> product;
    for (int i = 0; i < Pack<T>::size; ++i) {
      product.values[i] = T(static_cast<float>(a.values[i]) * static_cast<float>(b.values[i]));
    }
    reinterpret_cast<Pack<T>*>(result)[thread] = product;
  } else {
    const std::int64_t i = packs * Pack<T>::size + (thread - packs);
    if (i < count) result[i] = T(static_cast<float>(x[i]) * static_cast<float>(mask[i]));
  }
}

template <class T>
void launch(const void* x, const void* mask, void* result, std::int64_t count,
            cudaStream_t stream) {
  const std::int64_t work = count / Pack<T>::size + count % Pack<T>::size;
  const auto blocks = static_cast<unsigned>((work + threads - 1) / threads);
  multiply<T><<<blocks, threads, 0, stream>>>(static_cast<const T*>(x), static_cast<const T*>(mask),
                                              static_cast<T*>(result), count);
}

}  // namespace

void apply_mask(kernels::DType dtype, const void* x, const void* mask, void* result,
                std::int64_t count, cudaStream_t stream) {
  if (count == 0) return;
  switch (dtype) {
    case kernels::DType::bf16:
      return launch<__nv_bfloat16>(x, mask, result, count, stream);
    case kernels::DType::f16:
      return launch<__half>(x, mask, result, count, stream);
    default:
      return launch<float>(x, mask, result, count, stream);
  }
}

}  // namespace actscope::bench::cuda
