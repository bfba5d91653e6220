// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "common/block_walk.hpp"
#include "common/narrow_bits.hpp"
#include "reference/entries.hpp"

namespace actscope::kernels::reference {

void narrow_values(void*, DType dtype, const void* values, std::int64_t elements,
                   NarrowFloat format, void* narrow) {
  dispatch_real(dtype, [&]<class T>() {
    for (std::int64_t i = 0; i < elements; ++i) {
      const auto bits =
          std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<const T*>(values)[i]));
      if (format == NarrowFloat::bf16) {
        static_cast<std::uint16_t*>(narrow)[i] = bf16_from_f32(bits);
      } else {
        static_cast<std::uint8_t*>(narrow)[i] = fp8_from_f32(bits);
      }
    }
  });
}

void widen_values(void*, DType dtype, NarrowFloat format, const void* narrow, std::int64_t elements,
                  void* values) {
  dispatch_real(dtype, [&]<class T>() {
    for (std::int64_t i = 0; i < elements; ++i) {
      const std::uint32_t bits = format == NarrowFloat::bf16
                                     ? f32_from_bf16(static_cast<const std::uint16_t*>(narrow)[i])
                                     : f32_from_fp8(static_cast<const std::uint8_t*>(narrow)[i]);
      static_cast<T*>(values)[i] = static_cast<T>(std::bit_cast<float>(bits));
    }
  });
}

}  // namespace actscope::kernels::reference
