// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string_view>
#include <tuple>

/// The operators of torch.ops.actscope. Each has three homes: what computes (operators.cpp,
/// coded_operators.cpp, bit_operators.cpp), what tells shapes alone (meta.cpp), what differentiates
/// (autograd.cpp, linear.cpp); call() goes through LibTorch's dispatcher to the one that applies.
/// Arguments are those of registration.cpp.
namespace actscope::torch_ops {

using at::Tensor;
using OptionalTensor = std::optional<Tensor>;
using Two = std::tuple<Tensor, Tensor>;
using Three = std::tuple<Tensor, Tensor, Tensor>;
using Four = std::tuple<Tensor, Tensor, Tensor, Tensor>;
using Five = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;

/// seed: one int64; none is 0.
using Compress = Four(const Tensor& x, c10::IntArrayRef block, double sparsity,
                      std::string_view select, bool unbiased, const OptionalTensor& seed);
/// Select::threshold, carried from call to call: takes a threshold and gives the next one.
using CompressThreshold = Five(const Tensor& x, const Tensor& threshold, c10::IntArrayRef block,
                               double sparsity, bool unbiased, const OptionalTensor& seed);
using Gather = Tensor(const Tensor& x, const Tensor& mask, const Tensor& column_starts,
                      const Tensor& scales, c10::IntArrayRef block, double sparsity,
                      std::string_view select, bool unbiased);
using Fingerprint = Tensor(at::TensorList tensors);
using PackBits = Tensor(const Tensor& x);

/// Sizes are plain numbers where something is computed and may be symbols of a compiler elsewhere.
template <class Sizes>
using DecompressOf = Tensor(const Tensor& values, const Tensor& mask, const Tensor& column_starts,
                            Sizes size, c10::IntArrayRef block, double sparsity,
                            std::string_view select);
template <class Sizes>
using ProductOf = Tensor(const Tensor& left, const Tensor& values, const Tensor& mask,
                         const Tensor& column_starts, Sizes size, c10::IntArrayRef block,
                         double sparsity, std::string_view select);
template <class Sizes>
using BsrOf = Three(const Tensor& first, const Tensor& second, const Tensor& third, Sizes size,
                    c10::IntArrayRef block, double sparsity, std::string_view select);
/// row: elements of a row, whose groups are its own; 0: groups go on over the whole vector.
template <class Size>
using QuantizeOf = Two(const Tensor& x, std::int64_t bits, Size row);
template <class Sizes, class Size>
using DequantizeOf = Tensor(const Tensor& codes, const Tensor& scales, Sizes size,
                            std::int64_t bits, at::ScalarType dtype, Size row);
template <class Size>
using CodedProductOf = Tensor(const Tensor& dy, const Tensor& codes, const Tensor& scales,
                              Size features, std::int64_t bits);

template <class Sizes>
using UnpackBitsOf = Tensor(const Tensor& bits, Sizes size, double low, double high,
                            at::ScalarType dtype);

namespace meta {
Compress compress;
CompressThreshold compress_threshold;
Gather gather;
DecompressOf<c10::SymIntArrayRef> decompress;
ProductOf<c10::SymIntArrayRef> gemm_tn, gemm_nt;
BsrOf<c10::SymIntArrayRef> to_bsr, from_bsr;
QuantizeOf<c10::SymInt> quantize;
DequantizeOf<c10::SymIntArrayRef, c10::SymInt> dequantize;
CodedProductOf<c10::SymInt> gemm_tn_coded;
Fingerprint fingerprint;
PackBits pack_bits;
UnpackBitsOf<c10::SymIntArrayRef> unpack_bits;
}  // namespace meta

namespace device {
Compress compress;
CompressThreshold compress_threshold;
Gather gather;
DecompressOf<c10::IntArrayRef> decompress;
ProductOf<c10::IntArrayRef> gemm_tn, gemm_nt;
BsrOf<c10::IntArrayRef> to_bsr, from_bsr;
QuantizeOf<std::int64_t> quantize;
DequantizeOf<c10::IntArrayRef, std::int64_t> dequantize;
CodedProductOf<std::int64_t> gemm_tn_coded;
Fingerprint fingerprint;
PackBits pack_bits;
UnpackBitsOf<c10::IntArrayRef> unpack_bits;
}  // namespace device

}  // namespace actscope::torch_ops
