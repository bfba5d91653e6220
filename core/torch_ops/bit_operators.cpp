// SPDX-License-Identifier: Apache-2.0
// Masks in one bit an element, on the CPU or a CUDA device.
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/where.h>

#include <algorithm>

#include "actscope/base/error.hpp"
#include "torch_ops/operators.hpp"

namespace actscope::torch_ops::device {
namespace {

constexpr std::int64_t bits_per_byte = 8;
constexpr std::int64_t bytes_at_once = 8192;  // a thread's least share

template <class Element>
void pack_on_cpu(const Element* values, std::int64_t elements, std::uint8_t* bytes) {
  const std::int64_t count = (elements + bits_per_byte - 1) / bits_per_byte;
  at::parallel_for(0, count, bytes_at_once, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t byte = begin; byte < end; ++byte) {
      const Element* first = values + byte * bits_per_byte;
      const std::int64_t there = std::min(bits_per_byte, elements - byte * bits_per_byte);
      unsigned packed = 0;
      for (std::int64_t bit = 0; bit < there; ++bit) {
        packed |= static_cast<unsigned>(first[bit] != Element(0)) << static_cast<unsigned>(bit);
      }
      bytes[byte] = static_cast<std::uint8_t>(packed);
    }
  });
}

template <class Element>
void unpack_on_cpu(const std::uint8_t* bytes, std::int64_t elements, Element low, Element high,
                   Element* values) {
  const std::int64_t count = (elements + bits_per_byte - 1) / bits_per_byte;
  at::parallel_for(0, count, bytes_at_once, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t byte = begin; byte < end; ++byte) {
      const std::int64_t first = byte * bits_per_byte;
      const std::int64_t there = std::min(bits_per_byte, elements - first);
      const unsigned packed = bytes[byte];
      for (std::int64_t bit = 0; bit < there; ++bit) {
        values[first + bit] = (packed >> static_cast<unsigned>(bit) & 1U) != 0 ? high : low;
      }
    }
  });
}

}  // namespace

Tensor pack_bits(const Tensor& x) {
  Tensor out = meta::pack_bits(x);
  if (x.is_cpu()) {
    const Tensor dense = x.contiguous();
    AT_DISPATCH_ALL_TYPES_AND3(at::kBool, at::kHalf, at::kBFloat16, x.scalar_type(), "pack_bits",
                               [&] {
                                 pack_on_cpu(dense.const_data_ptr<scalar_t>(), dense.numel(),
                                             out.mutable_data_ptr<std::uint8_t>());
                               });
    return out;
  }
  const std::int64_t missing = out.numel() * bits_per_byte - x.numel();
  const Tensor bits = at::constant_pad_nd(x.ne(0).reshape({-1}).to(at::kByte), {0, missing});
  const Tensor places = at::arange(bits_per_byte, bits.options());
  return bits.view({-1, bits_per_byte}).bitwise_left_shift(places).sum(1).to(at::kByte);
}

Tensor unpack_bits(const Tensor& bits, c10::IntArrayRef size, double low, double high,
                   at::ScalarType dtype) {
  Tensor out = meta::unpack_bits(bits, c10::fromIntArrayRefSlow(size), low, high, dtype);
  if (bits.scalar_type() != at::kByte || !bits.is_contiguous() ||
      bits.numel() != (out.numel() + bits_per_byte - 1) / bits_per_byte) {
    throw ShapeMismatch(error_text("bits do not fit the size",
                                   "got " + std::to_string(bits.numel()) + " " +
                                       c10::toString(bits.scalar_type()) + " for " +
                                       std::to_string(out.numel()) + " elements",
                                   "give what actscope::pack_bits returned, and the same size"));
  }
  if (out.is_cpu()) {
    AT_DISPATCH_ALL_TYPES_AND3(at::kBool, at::kHalf, at::kBFloat16, dtype, "unpack_bits", [&] {
      unpack_on_cpu(bits.const_data_ptr<std::uint8_t>(), out.numel(), static_cast<scalar_t>(low),
                    static_cast<scalar_t>(high), out.mutable_data_ptr<scalar_t>());
    });
    return out;
  }
  const Tensor places = at::arange(bits_per_byte, bits.options());
  const Tensor is_high = bits.unsqueeze(1).bitwise_right_shift(places).bitwise_and(1).ne(0);
  const Tensor flat = is_high.reshape({-1}).narrow(0, 0, out.numel()).view(size);
  return at::where(flat, at::full({}, high, out.options()), at::full({}, low, out.options()));
}

}  // namespace actscope::torch_ops::device
