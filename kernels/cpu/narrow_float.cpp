// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "common/block_walk.hpp"
#include "common/narrow_bits.hpp"
#include "cpu/entries.hpp"
#include "cpu/narrow_runs.hpp"

namespace actscope::kernels::cpu {
namespace {

// Elements that a thread takes at a time.
constexpr std::int64_t run_elements = 1 << 14;

// Calls visit(first, count) for runs of elements, shared out among threads.
template <class Visit>
void for_each_run(std::int64_t elements, const Visit& visit) {
#pragma omp parallel for schedule(static) if (elements > run_elements)
  for (std::int64_t first = 0; first < elements; first += run_elements) {
    visit(first, std::min(run_elements, elements - first));
  }
}

// f64 is there for gradient checks: value by value, by way of f32.
void narrow_run(const double* values, std::int64_t count, std::uint16_t* bf16) {
  for (std::int64_t i = 0; i < count; ++i) {
    bf16[i] = bf16_from_f32(std::bit_cast<std::uint32_t>(static_cast<float>(values[i])));
  }
}
void narrow_run(const double* values, std::int64_t count, std::uint8_t* fp8) {
  for (std::int64_t i = 0; i < count; ++i) {
    fp8[i] = fp8_from_f32(std::bit_cast<std::uint32_t>(static_cast<float>(values[i])));
  }
}
void widen_run(const std::uint16_t* bf16, std::int64_t count, double* values) {
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = static_cast<double>(std::bit_cast<float>(f32_from_bf16(bf16[i])));
  }
}
void widen_run(const std::uint8_t* fp8, std::int64_t count, double* values) {
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = static_cast<double>(std::bit_cast<float>(f32_from_fp8(fp8[i])));
  }
}

}  // namespace

void narrow_values(void*, DType dtype, const void* values, std::int64_t elements,
                   NarrowFloat format, void* narrow) {
  dispatch_real(dtype, [&]<class T>() {
    for_each_run(elements, [&](std::int64_t first, std::int64_t count) {
      const T* from = static_cast<const T*>(values) + first;
      if (format == NarrowFloat::bf16) {
        narrow_run(from, count, static_cast<std::uint16_t*>(narrow) + first);
      } else {
        narrow_run(from, count, static_cast<std::uint8_t*>(narrow) + first);
      }
    });
  });
}

void widen_values(void*, DType dtype, NarrowFloat format, const void* narrow, std::int64_t elements,
                  void* values) {
  dispatch_real(dtype, [&]<class T>() {
    for_each_run(elements, [&](std::int64_t first, std::int64_t count) {
      T* to = static_cast<T*>(values) + first;
      if (format == NarrowFloat::bf16) {
        widen_run(static_cast<const std::uint16_t*>(narrow) + first, count, to);
      } else {
        widen_run(static_cast<const std::uint8_t*>(narrow) + first, count, to);
      }
    });
  });
}

}  // namespace actscope::kernels::cpu
