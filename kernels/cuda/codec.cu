// SPDX-License-Identifier: Apache-2.0
// Codes with a scale and an offset a group. Bits are those of common/code_scale.hpp: every rounding
// is written out, and this file is compiled without contraction into fused operations.
#include <cfloat>

#include "codes.cuh"
#include "common/sampling.hpp"
#include "kernels.hpp"
#include "launch.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr unsigned codec_threads = 128;
constexpr std::int64_t codec_warps = codec_threads / warp_threads;
constexpr int lane_elements = static_cast<int>(code_group_elements) / warp_threads;
static_assert(lane_elements == 4, "a lane writes whole bytes of int2 and int4 codes");

constexpr std::uint16_t bfloat16_nan = 0x7fc0;
constexpr double largest_bfloat16 = 0x1.fep127;

/// Largest bfloat16 number not above `value`; −∞ becomes the lowest finite one.
__device__ std::uint16_t bfloat16_down(double value) {
  const std::uint32_t bits = __float_as_uint(__double2float_rd(value));
  auto high = static_cast<std::uint16_t>(bits >> 16);
  const bool is_negative = (bits >> 31) != 0;
  if (is_negative && (bits & 0xffffu) != 0) ++high;
  return high == 0xff80 ? std::uint16_t{0xff7f} : high;
}

/// Smallest bfloat16 number not below `value` (at least 0).
__device__ std::uint16_t bfloat16_up(double value) {
  const std::uint32_t bits = __float_as_uint(__double2float_ru(value));
  return static_cast<std::uint16_t>((bits + 0xffffu) >> 16);
}

__device__ CodeScale code_scale(double minimum, double maximum, bool is_finite, int levels) {
  const bool fits = is_finite && fabs(minimum) <= FLT_MAX && fabs(maximum) <= FLT_MAX;
  CodeScale scale;
  if (!fits) {
    scale.scale_bits = bfloat16_nan;
    return scale;
  }
  scale.offset_bits = bfloat16_down(__dadd_rn(minimum, 0.0));  // −0 becomes +0
  const double range = __dsub_rn(maximum, from_bfloat16(scale.offset_bits));
  scale.scale_bits = bfloat16_up(range > 0 ? __ddiv_rn(range, levels) : 0);
  const double top = __dadd_rn(__dmul_rn(from_bfloat16(scale.scale_bits), levels),
                               from_bfloat16(scale.offset_bits));
  if (top > largest_bfloat16) --scale.scale_bits;
  return scale;
}

/// (value − offset) / step. Where a group spans more than the range of T, all three are halved
/// first, which is exact there.
template <class T>
__device__ T steps_above(T value, T step, T offset) {
  const T distance = value - offset;
  if (isfinite(distance)) return distance / step;
  return (value / 2 - offset / 2) / (step / 2);
}

template <class T>
__device__ std::uint32_t encode_one(T value, CodeScale scale, int levels, T draw) {
  const T step = from_bfloat16(scale.scale_bits);
  const T offset = from_bfloat16(scale.offset_bits);
  if (!(step > 0)) return 0;
  T code = steps_above(value, step, offset);
  code = draw < 0 ? rint(code) : floor(code + draw);
  code = code < 0 ? T{0} : (code > levels ? static_cast<T>(levels) : code);
  return static_cast<std::uint32_t>(code);
}

/// One warp encodes one group, four neighboring elements a lane.
// values [elements]; codes [code_bytes]; scales [code_groups]
template <class T>
__global__ void quantize_kernel(const T* values, std::int64_t elements, std::int64_t groups,
                                int bits, Rounding rounding, std::uint8_t* codes,
                                CodeScale* scales) {
  const int levels = (1 << bits) - 1;
  const int codes_a_byte = 8 / bits;
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x / warp_threads;
  const int lane = static_cast<int>(threadIdx.x % warp_threads);
  for (std::int64_t group = thread / warp_threads; group < groups; group += stride) {
    const std::int64_t first = group * code_group_elements + lane * lane_elements;
    T own[lane_elements] = {};
    double minimum = INFINITY;
    double maximum = -INFINITY;
    bool is_finite = true;
#pragma unroll
    for (int k = 0; k < lane_elements; ++k) {
      if (first + k >= elements) continue;
      own[k] = values[first + k];
      const double value = own[k];
      is_finite = is_finite && isfinite(value);
      minimum = value < minimum ? value : minimum;
      maximum = value > maximum ? value : maximum;
    }
    // Minimum and maximum do not depend on the order (but for the sign of zero, which the scale
    // does not keep).
    for (int distance = warp_threads / 2; distance > 0; distance /= 2) {
      const double low = __shfl_xor_sync(~0u, minimum, distance);
      const double high = __shfl_xor_sync(~0u, maximum, distance);
      minimum = low < minimum ? low : minimum;
      maximum = high > maximum ? high : maximum;
    }
    const CodeScale scale = code_scale(minimum, maximum, __all_sync(~0u, is_finite), levels);
    if (lane == 0) scales[group] = scale;
    const std::uint32_t key = rounding_key(rounding.seed, rounding.first_group + group);
    std::uint32_t byte = 0;
#pragma unroll
    for (int k = 0; k < lane_elements; ++k) {  // elements by constants: they stay in registers
      if (first + k >= elements) continue;
      T draw = -1;
      if (rounding.to == RoundTo::stochastic) {
        const auto element = static_cast<std::uint32_t>(lane * lane_elements + k);
        draw = static_cast<T>(rounding_draw(key, element)) / 65536;
      }
      const int in_byte = k & (codes_a_byte - 1);
      if (in_byte == 0) byte = 0;
      byte |= encode_one(own[k], scale, levels, draw) << (in_byte * bits);
      if (in_byte + 1 == codes_a_byte || first + k + 1 == elements) {
        codes[(first + k) * bits / 8] = static_cast<std::uint8_t>(byte);
      }
    }
  }
}

// codes and scales of the whole array; values [elements] from first_element on
template <class T>
__global__ void dequantize_kernel(const std::uint8_t* codes, const CodeScale* scales, int bits,
                                  std::int64_t first_element, std::int64_t elements, T* values) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < elements;
       i += stride) {
    values[i] = decode_at<T>(codes, scales, bits, first_element + i);
  }
}

}  // namespace

void quantize(void* stream, DType dtype, const void* values, std::int64_t elements, CodeBits bits,
              std::uint8_t* codes, CodeScale* scales, const Rounding& rounding) {
  with_real(dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("quantize", plan_grid(code_groups(elements), codec_warps, codec_threads), stream,
           quantize_kernel<T>, static_cast<const T*>(values), elements, code_groups(elements),
           static_cast<int>(bits), rounding, codes, scales);
  });
}

void dequantize(void* stream, DType dtype, CodeBits bits, const std::uint8_t* codes,
                const CodeScale* scales, std::int64_t first_element, std::int64_t elements,
                void* values) {
  with_real(dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    launch("dequantize", plan_grid(elements, codec_threads, codec_threads), stream,
           dequantize_kernel<T>, codes, scales, static_cast<int>(bits), first_element, elements,
           static_cast<T*>(values));
  });
}

}  // namespace actscope::kernels::cuda
