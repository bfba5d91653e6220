// SPDX-License-Identifier: Apache-2.0
// Codes, products from them and fingerprints, on the CPU or a CUDA device.
#include <ATen/ops/empty.h>
#include <ATen/ops/hash_tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "actscope/base/error.hpp"
#include "tensors/code_passes.hpp"
#include "tensors/row_codes.hpp"
#include "tensors/tensor_views.hpp"
#include "torch_ops/operators.hpp"

namespace actscope::torch_ops::device {
namespace {

using kernels::CodeBits;

// Decoded values of one product at a time: transients do not grow with the batch.
constexpr std::int64_t part_bytes = std::int64_t{64} << 20;

// `row`: 0, or the elements of rows whose groups are their own.
void require_rows(std::int64_t elements, CodeBits bits, std::int64_t row) {
  if (row == 0 || (row > 0 && elements % row == 0 && row % kernels::codes_per_byte(bits) == 0)) {
    return;
  }
  throw ShapeMismatch(error_text(
      "rows do not fit the matrix or do not fill bytes",
      "got rows of " + std::to_string(row) + " and " + std::to_string(elements) + " elements",
      "give 0, or a divisor whose codes fill bytes"));
}

void require_codes(const Tensor& codes, const Tensor& scales, std::int64_t elements, CodeBits bits,
                   std::int64_t row) {
  require_rows(elements, bits, row);
  const std::int64_t one = row == 0 ? elements : row, rows = row == 0 ? 1 : elements / row;
  const bool fits = codes.scalar_type() == at::kByte && scales.scalar_type() == at::kInt &&
                    codes.numel() == rows * kernels::code_bytes(bits, one) &&
                    scales.numel() == rows * kernels::code_groups(one) && codes.is_contiguous() &&
                    scales.is_contiguous() && codes.device() == scales.device();
  if (fits) return;
  throw ShapeMismatch(error_text(
      "codes or scales do not fit the matrix",
      "got " + std::to_string(codes.numel()) + " " + c10::toString(codes.scalar_type()) + " and " +
          std::to_string(scales.numel()) + " " + c10::toString(scales.scalar_type()) +
          ", expected " + std::to_string(rows * kernels::code_bytes(bits, one)) +
          " contiguous Byte and " + std::to_string(rows * kernels::code_groups(one)) + " Int",
      "give what actscope::quantize returned, and the same size, bits and row"));
}

// Decodes the elements from `first` on over `values`.
void decode_part(const Tensor& codes, const Tensor& scales, CodeBits bits, std::int64_t first,
                 Tensor& values) {
  core::decode({bits, codes.const_data_ptr<std::uint8_t>(), core::const_scales_in(scales), first},
               values);
}

// Four hashes side by side, each of every fourth word, so that one does not wait for another.
class Hash {
 public:
  void add(const void* data, std::int64_t bytes) {
    const auto size = static_cast<std::uint64_t>(bytes);
    const auto* at = static_cast<const std::byte*>(data);
    for (; bytes >= stride; bytes -= stride, at += stride) {
      std::array<std::uint64_t, 4> words;
      std::memcpy(words.data(), at, stride);
      mix(words);
    }
    std::array<std::uint64_t, 4> rest{};
    std::memcpy(rest.data(), at, static_cast<std::size_t>(bytes));
    mix(rest);
    mix({size, size, size, size});  // zeros at the end are data too
  }
  std::uint64_t value() const {
    std::uint64_t all = 0;
    for (const std::uint64_t lane : lanes_) all = ((all ^ lane) * factor) ^ (all >> 29);
    return all ^ (all >> 32);
  }

 private:
  static constexpr std::int64_t stride = 32;
  static constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;

  void mix(const std::array<std::uint64_t, 4>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      lanes_[i] = std::rotl(lanes_[i] ^ words[i], 29) * factor;
    }
  }

  std::array<std::uint64_t, 4> lanes_{1, 2, 3, 4};
};

}  // namespace

Two quantize(const Tensor& x, std::int64_t bits, std::int64_t row) {
  const auto width = static_cast<CodeBits>(bits);
  require_rows(x.numel(), width, row);
  Two result = meta::quantize(x, bits, row);
  const auto& [codes, scales] = result;
  if (row % kernels::code_group_elements == 0) {
    core::encode(x.contiguous(), width, codes.mutable_data_ptr<std::uint8_t>(),
                 core::scales_in(scales));
  } else {
    core::encode_rows(x.contiguous(), row, width, codes, scales);
  }
  return result;
}

Tensor dequantize(const Tensor& codes, const Tensor& scales, c10::IntArrayRef size,
                  std::int64_t bits, at::ScalarType dtype, std::int64_t row) {
  const auto width = static_cast<CodeBits>(bits);
  Tensor out = meta::dequantize(codes, scales, c10::fromIntArrayRefSlow(size), bits, dtype, row);
  require_codes(codes, scales, out.numel(), width, row);
  if (row % kernels::code_group_elements == 0) {
    decode_part(codes, scales, width, 0, out);
  } else {
    core::decode_rows(codes, scales, row, width, out);
  }
  return out;
}

Tensor gemm_tn_coded(const Tensor& dy, const Tensor& codes, const Tensor& scales,
                     std::int64_t features, std::int64_t bits) {
  Tensor out = meta::gemm_tn_coded(dy, codes, scales, features, bits).zero_();
  const auto width = static_cast<CodeBits>(bits);
  require_codes(codes, scales, dy.size(0) * features, width, 0);
  // A backward pass inside an autocast region is not cast: it has the types of its forward.
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const std::int64_t row_bytes = std::max<std::int64_t>(1, features) * dy.element_size();
  const std::int64_t part_rows = std::max<std::int64_t>(1, part_bytes / row_bytes);
  for (std::int64_t first = 0; first < dy.size(0); first += part_rows) {
    const std::int64_t rows = std::min(part_rows, dy.size(0) - first);
    Tensor x = at::empty({rows, features}, dy.options());
    decode_part(codes, scales, width, first * features, x);
    out.add_(dy.narrow(0, first, rows).t().mm(x));
  }
  return out;
}

Tensor fingerprint(at::TensorList tensors) {
  const Tensor out = meta::fingerprint(tensors);
  if (!out.is_cpu()) {
    // An exclusive or of the elements: the count tells zeros at the end from none.
    Tensor bits = at::zeros({}, out.options());
    for (const Tensor& tensor : tensors) {
      bits = bits * 31 + at::hash_tensor(tensor.contiguous()).view(at::kLong) + tensor.numel();
    }
    return bits.bitwise_and((std::int64_t{1} << 52) - 1).bitwise_or(1);
  }
  Hash hash;
  for (const Tensor& tensor : tensors) {
    const Tensor dense = tensor.contiguous();
    hash.add(dense.const_data_ptr(), static_cast<std::int64_t>(dense.nbytes()));
  }
  *out.mutable_data_ptr<std::int64_t>() =
      static_cast<std::int64_t>(hash.value() & ((std::uint64_t{1} << 52) - 1)) | 1;
  return out;
}

}  // namespace actscope::torch_ops::device
