// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <bit>

#include "common/block_walk.hpp"
#include "common/narrow_bits.hpp"
#include "cpu/entries.hpp"

namespace actscope::kernels::cpu {
namespace {

// Elements that a thread takes at a time.
constexpr std::int64_t run_elements = 1 << 14;

// Calls visit(first, end) for runs of elements, shared out among threads.
template <class Visit>
void for_each_run(std::int64_t elements, const Visit& visit) {
#pragma omp parallel for schedule(static) if (elements > run_elements)
  for (std::int64_t first = 0; first < elements; first += run_elements) {
    visit(first, std::min(first + run_elements, elements));
  }
}

template <class T>
std::uint32_t bits_of(T value) {
  return std::bit_cast<std::uint32_t>(static_cast<float>(value));
}

// fp8 has 256 numbers: decoding is a look-up.
template <class T>
std::array<T, 256> fp8_numbers() {
  std::array<T, 256> numbers;
  for (unsigned code = 0; code < 256; ++code) {
    numbers[code] =
        static_cast<T>(std::bit_cast<float>(f32_from_fp8(static_cast<std::uint8_t>(code))));
  }
  return numbers;
}

}  // namespace

void narrow_values(void*, DType dtype, const void* values, std::int64_t elements,
                   NarrowFloat format, void* narrow) {
  dispatch_real(dtype, [&]<class T>() {
    const T* from = static_cast<const T*>(values);
    for_each_run(elements, [&](std::int64_t first, std::int64_t end) {
      if (format == NarrowFloat::bf16) {
        auto* to = static_cast<std::uint16_t*>(narrow);
#pragma omp simd
        for (std::int64_t i = first; i < end; ++i) to[i] = bf16_from_f32(bits_of(from[i]));
      } else {
        auto* to = static_cast<std::uint8_t*>(narrow);
        for (std::int64_t i = first; i < end; ++i) to[i] = fp8_from_f32(bits_of(from[i]));
      }
    });
  });
}

void widen_values(void*, DType dtype, NarrowFloat format, const void* narrow, std::int64_t elements,
                  void* values) {
  dispatch_real(dtype, [&]<class T>() {
    T* to = static_cast<T*>(values);
    const std::array<T, 256> numbers = fp8_numbers<T>();
    for_each_run(elements, [&](std::int64_t first, std::int64_t end) {
      if (format == NarrowFloat::bf16) {
        const auto* from = static_cast<const std::uint16_t*>(narrow);
#pragma omp simd
        for (std::int64_t i = first; i < end; ++i) {
          to[i] = static_cast<T>(std::bit_cast<float>(f32_from_bf16(from[i])));
        }
      } else {
        const auto* from = static_cast<const std::uint8_t*>(narrow);
        for (std::int64_t i = first; i < end; ++i) to[i] = numbers[from[i]];
      }
    });
  });
}

}  // namespace actscope::kernels::cpu
