// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

/// The operators of torch.ops.actscope. Each has three homes: what computes (operators.cpp), what
/// tells shapes alone (meta.cpp), what differentiates (autograd.cpp); call() goes through
/// LibTorch's dispatcher to the one that applies. Arguments are those of schemas.hpp.
namespace actscope::torch_ops {

using at::Tensor;
using Four = std::tuple<Tensor, Tensor, Tensor, Tensor>;
using Five = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;
using Three = std::tuple<Tensor, Tensor, Tensor>;

using Compress = Four(const Tensor& x, c10::IntArrayRef block, double sparsity,
                      std::string_view select, bool unbiased, std::int64_t seed);
/// Select::threshold, carried from call to call: takes a threshold and gives the next one.
using CompressThreshold = Five(const Tensor& x, const Tensor& threshold, c10::IntArrayRef block,
                               double sparsity, bool unbiased, std::int64_t seed);
using Gather = Tensor(const Tensor& x, const Tensor& mask, const Tensor& column_starts,
                      const Tensor& scales, c10::IntArrayRef block, double sparsity,
                      std::string_view select, bool unbiased);
using Decompress = Tensor(const Tensor& values, const Tensor& mask, const Tensor& column_starts,
                          c10::IntArrayRef size, c10::IntArrayRef block, double sparsity,
                          std::string_view select);
using Product = Tensor(const Tensor& left, const Tensor& values, const Tensor& mask,
                       const Tensor& column_starts, c10::IntArrayRef size, c10::IntArrayRef block,
                       double sparsity, std::string_view select);
using ToBsr = Three(const Tensor& values, const Tensor& mask, const Tensor& column_starts,
                    c10::IntArrayRef size, c10::IntArrayRef block, double sparsity,
                    std::string_view select);
using FromBsr = Three(const Tensor& row_starts, const Tensor& columns, const Tensor& values,
                      c10::IntArrayRef size, c10::IntArrayRef block, double sparsity,
                      std::string_view select);

namespace meta {
Compress compress;
CompressThreshold compress_threshold;
Gather gather;
Decompress decompress;
Product gemm_tn, gemm_nt;
ToBsr to_bsr;
FromBsr from_bsr;
}  // namespace meta

namespace device {
Compress compress;
CompressThreshold compress_threshold;
Gather gather;
Decompress decompress;
Product gemm_tn, gemm_nt;
ToBsr to_bsr;
FromBsr from_bsr;
}  // namespace device

}  // namespace actscope::torch_ops
