// SPDX-License-Identifier: Apache-2.0
#include "common/block_walk.hpp"
#include "common/code_scale.hpp"
#include "common/sampling.hpp"
#include "cpu/code_groups.hpp"
#include "cpu/code_rows.hpp"
#include "cpu/entries.hpp"

namespace actscope::kernels::cpu {
namespace {

// Elements that a thread takes at a time: whole groups.
constexpr std::int64_t run_elements = 64 * code_group_elements;

// Calls visit(first, end) for runs of [first, end) cut at multiples of run_elements, shared out
// among threads.
template <class Visit>
void for_each_run(std::int64_t first, std::int64_t end, const Visit& visit) {
  const std::int64_t last_run = (end + run_elements - 1) / run_elements;
#pragma omp parallel for schedule(static) if (end - first > run_elements)
  for (std::int64_t run = first / run_elements; run < last_run; ++run) {
    visit(std::max(run * run_elements, first), std::min((run + 1) * run_elements, end));
  }
}

// f64 is there for gradient checks: value by value.
void encode_groups(const double* values, std::int64_t elements, CodeBits bits,
                   const Rounding& rounding, std::int64_t first_group, std::uint8_t* codes,
                   CodeScale* scales) {
  for (std::int64_t g = 0; g < code_groups(elements); ++g) {
    const std::int64_t first = g * code_group_elements;
    const std::int64_t end = std::min(first + code_group_elements, elements);
    bool is_finite = true;
    for (std::int64_t i = first; i < end; ++i) is_finite = is_finite && std::isfinite(values[i]);
    const auto [minimum, maximum] = std::minmax_element(values + first, values + end);
    scales[g] = code_scale(*minimum, *maximum, is_finite, bits);
    const std::uint32_t key = rounding_key(rounding.seed, rounding.first_group + first_group + g);
    for (std::int64_t i = first; i < end; ++i) {
      const double draw = rounding_draw(key, static_cast<std::uint32_t>(i - first)) / 65536.0;
      const std::uint8_t code =
          encode_one(values[i], scales[g], bits, rounding.to == RoundTo::nearest ? -1.0 : draw);
      const std::int64_t place = i % codes_per_byte(bits);
      std::uint8_t& byte = codes[i / codes_per_byte(bits)];
      const int shifted = code << (place * static_cast<int>(bits));
      byte = static_cast<std::uint8_t>(place == 0 ? shifted : byte | shifted);
    }
  }
}

}  // namespace

void quantize(void*, DType dtype, const void* values, std::int64_t elements, CodeBits bits,
              std::uint8_t* codes, CodeScale* scales, const Rounding& rounding) {
  dispatch_real(dtype, [&]<class T>() {
    for_each_run(0, elements, [&](std::int64_t first, std::int64_t end) {
      const std::int64_t group = first / code_group_elements;
      encode_groups(static_cast<const T*>(values) + first, end - first, bits, rounding, group,
                    codes + code_bytes(bits, first), scales + group);
    });
  });
}

void dequantize(void*, DType dtype, CodeBits bits, const std::uint8_t* codes,
                const CodeScale* scales, std::int64_t first_element, std::int64_t elements,
                void* values) {
  dispatch_real(dtype, [&]<class T>() {
    for_each_run(first_element, first_element + elements,
                 [&](std::int64_t first, std::int64_t end) {
                   decode_rows({bits, codes, scales}, {first, 0, 1, end - first},
                               static_cast<T*>(values) + (first - first_element), 0);
                 });
  });
}

}  // namespace actscope::kernels::cpu
