// SPDX-License-Identifier: Apache-2.0
#include "common/block_walk.hpp"
#include "common/code_scale.hpp"
#include "common/sampling.hpp"
#include "reference/entries.hpp"

namespace actscope::kernels::reference {

void quantize(void*, DType dtype, const void* values, std::int64_t elements, CodeBits bits,
              std::uint8_t* codes, CodeScale* scales, const Rounding& rounding) {
  dispatch_real(dtype, [&]<class T>() {
    const T* from = static_cast<const T*>(values);
    for (std::int64_t g = 0; g < code_groups(elements); ++g) {
      const std::int64_t first = g * code_group_elements;
      const std::int64_t last = std::min(first + code_group_elements, elements);
      double minimum = static_cast<double>(from[first]);
      double maximum = minimum;
      bool is_finite = true;
      for (std::int64_t i = first; i < last; ++i) {
        const auto value = static_cast<double>(from[i]);
        is_finite = is_finite && std::isfinite(value);
        minimum = std::min(minimum, value);
        maximum = std::max(maximum, value);
      }
      scales[g] = code_scale(minimum, maximum, is_finite, bits);
      const std::uint32_t key = rounding_key(rounding.seed, rounding.first_group + g);
      for (std::int64_t i = first; i < last; ++i) {
        T draw = -1;
        if (rounding.to == RoundTo::stochastic) {
          draw = static_cast<T>(rounding_draw(key, static_cast<std::uint32_t>(i - first))) / 65536;
        }
        const std::uint8_t code = encode_one(from[i], scales[g], bits, draw);
        const std::int64_t place = i % codes_per_byte(bits);
        std::uint8_t& byte = codes[i / codes_per_byte(bits)];
        const int shifted = code << (place * static_cast<int>(bits));
        byte = static_cast<std::uint8_t>(place == 0 ? shifted : byte | shifted);
      }
    }
  });
}

void dequantize(void*, DType dtype, CodeBits bits, const std::uint8_t* codes,
                const CodeScale* scales, std::int64_t first_element, std::int64_t elements,
                void* values) {
  dispatch_real(dtype, [&]<class T>() {
    for (std::int64_t i = 0; i < elements; ++i) {
      const std::int64_t place = first_element + i;
      static_cast<T*>(values)[i] =
          decode_one<T>(code_at(codes, bits, place), scales[place / code_group_elements]);
    }
  });
}

}  // namespace actscope::kernels::reference
