// SPDX-License-Identifier: Apache-2.0
// The derivatives of the operators. Which blocks are kept is a constant in every formula.
#include "torch_ops/autograd.hpp"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

namespace actscope::torch_ops::autograd {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

constexpr const char* threshold_name = "threshold";  // of kernels::Select, as name_of says it

// What every operator keeps of its arguments.
struct Pruning {
  std::vector<c10::SymInt> size;
  std::vector<std::int64_t> block;
  double sparsity = 0;
  std::string select;
  bool unbiased = false;

  void keep(AutogradContext* context) const {
    context->saved_data["size"] = c10::SymIntArrayRef(size);
    context->saved_data["block"] = block;
    context->saved_data["sparsity"] = sparsity;
    context->saved_data["select"] = select;
    context->saved_data["unbiased"] = unbiased;
  }
  static Pruning kept(AutogradContext* context) {
    return {context->saved_data["size"].toSymIntVector(),
            context->saved_data["block"].toIntVector(), context->saved_data["sparsity"].toDouble(),
            context->saved_data["select"].toStringRef(), context->saved_data["unbiased"].toBool()};
  }

  Tensor dense(const Tensor& values, const Tensor& mask, const Tensor& column_starts) const {
    return call<DecompressOf<c10::SymIntArrayRef>>("actscope::decompress", values, mask,
                                                   column_starts, size, block, sparsity, select);
  }
  // The kept blocks of a dense matrix, unscaled.
  Tensor blocks(const Tensor& matrix, const Tensor& mask, const Tensor& column_starts) const {
    return call<Gather>("actscope::gather", matrix, mask, column_starts,
                        at::empty({0}, mask.options().dtype(at::kFloat)), block, sparsity, select,
                        false);
  }
};

// values · scales, block by block.
Tensor scaled(const Tensor& values, const Tensor& scales, bool unbiased) {
  if (!unbiased) return values;
  return values.mul(scales.to(values.scalar_type()).view({-1, 1, 1}));
}

// The gradient of the dense tensor from that of kept values; mask, starts, scales are saved.
Tensor gradient_of_dense(AutogradContext* context, const Tensor& gradient) {
  if (!gradient.defined()) return {};
  const auto saved = context->get_saved_variables();
  const Pruning pruning = Pruning::kept(context);
  return pruning.dense(scaled(gradient, saved[2], pruning.unbiased), saved[0], saved[1]);
}

class CompressFunction : public Function<CompressFunction> {
 public:
  static tensor_list forward(AutogradContext* context, const Tensor& x, c10::IntArrayRef block,
                             double sparsity, std::string_view select, bool unbiased,
                             const OptionalTensor& seed) {
    at::AutoDispatchBelowAutograd below;
    auto [values, mask, column_starts, scales] =
        call<Compress>("actscope::compress", x, block, sparsity, select, unbiased, seed);
    Pruning{x.sym_sizes().vec(), block.vec(), sparsity, std::string(select), unbiased}.keep(
        context);
    context->save_for_backward({mask, column_starts, scales});
    context->mark_non_differentiable({mask, column_starts, scales});
    return {values, mask, column_starts, scales};
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    tensor_list result(6);
    result[0] = gradient_of_dense(context, gradients[0]);
    return result;
  }
};

class CompressThresholdFunction : public Function<CompressThresholdFunction> {
 public:
  static tensor_list forward(AutogradContext* context, const Tensor& x, const Tensor& threshold,
                             c10::IntArrayRef block, double sparsity, bool unbiased,
                             const OptionalTensor& seed) {
    at::AutoDispatchBelowAutograd below;
    auto [values, mask, column_starts, scales, next] = call<CompressThreshold>(
        "actscope::compress_threshold", x, threshold, block, sparsity, unbiased, seed);
    Pruning{x.sym_sizes().vec(), block.vec(), sparsity, threshold_name, unbiased}.keep(context);
    context->save_for_backward({mask, column_starts, scales});
    context->mark_non_differentiable({mask, column_starts, scales, next});
    return {values, mask, column_starts, scales, next};
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    tensor_list result(6);
    result[0] = gradient_of_dense(context, gradients[0]);
    return result;
  }
};

class GatherFunction : public Function<GatherFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& mask,
                        const Tensor& column_starts, const Tensor& scales, c10::IntArrayRef block,
                        double sparsity, std::string_view select, bool unbiased) {
    at::AutoDispatchBelowAutograd below;
    Pruning{x.sym_sizes().vec(), block.vec(), sparsity, std::string(select), unbiased}.keep(
        context);
    context->save_for_backward({mask, column_starts, scales});
    return call<Gather>("actscope::gather", x, mask, column_starts, scales, block, sparsity, select,
                        unbiased);
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    tensor_list result(8);
    result[0] = gradient_of_dense(context, gradients[0]);
    return result;
  }
};

class DecompressFunction : public Function<DecompressFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& values, const Tensor& mask,
                        const Tensor& column_starts, c10::SymIntArrayRef size,
                        c10::IntArrayRef block, double sparsity, std::string_view select) {
    at::AutoDispatchBelowAutograd below;
    Pruning{size.vec(), block.vec(), sparsity, std::string(select)}.keep(context);
    context->save_for_backward({mask, column_starts});
    return call<DecompressOf<c10::SymIntArrayRef>>("actscope::decompress", values, mask,
                                                   column_starts, size, block, sparsity, select);
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    tensor_list result(7);
    result[0] = Pruning::kept(context).blocks(gradients[0], saved[0], saved[1]);
    return result;
  }
};

// dW = dYᵀ X: the gradient of dY is X dW'ᵀ, that of X is dY dW', of which the kept blocks count.
class GemmTnFunction : public Function<GemmTnFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& dy, const Tensor& values,
                        const Tensor& mask, const Tensor& column_starts, c10::SymIntArrayRef size,
                        c10::IntArrayRef block, double sparsity, std::string_view select) {
    at::AutoDispatchBelowAutograd below;
    Pruning{size.vec(), block.vec(), sparsity, std::string(select)}.keep(context);
    context->save_for_backward({dy, values, mask, column_starts});
    return call<ProductOf<c10::SymIntArrayRef>>("actscope::gemm_tn", dy, values, mask,
                                                column_starts, size, block, sparsity, select);
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &dy = saved[0], &values = saved[1], &mask = saved[2], &starts = saved[3];
    const Pruning pruning = Pruning::kept(context);
    const Tensor gradient = gradients[0].to(dy.scalar_type());
    tensor_list result(8);
    if (context->needs_input_grad(0)) {
      const Tensor x = pruning.dense(values, mask, starts).flatten(0, -2);
      result[0] = x.matmul(gradient.t());
    }
    if (context->needs_input_grad(1)) {
      result[1] = pruning.blocks(dy.matmul(gradient).view_symint(pruning.size), mask, starts);
    }
    return result;
  }
};

// dA = Σ_b dT_b Y_bᵀ: the gradient of dT_b is dA' Y_b, that of Y_b is dA'ᵀ dT_b.
class GemmNtFunction : public Function<GemmNtFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& dt, const Tensor& values,
                        const Tensor& mask, const Tensor& column_starts, c10::SymIntArrayRef size,
                        c10::IntArrayRef block, double sparsity, std::string_view select) {
    at::AutoDispatchBelowAutograd below;
    Pruning{size.vec(), block.vec(), sparsity, std::string(select)}.keep(context);
    context->save_for_backward({dt, values, mask, column_starts});
    return call<ProductOf<c10::SymIntArrayRef>>("actscope::gemm_nt", dt, values, mask,
                                                column_starts, size, block, sparsity, select);
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &dt = saved[0], &values = saved[1], &mask = saved[2], &starts = saved[3];
    const Pruning pruning = Pruning::kept(context);
    const Tensor gradient = gradients[0].to(dt.scalar_type());
    tensor_list result(8);
    if (context->needs_input_grad(0)) {
      const Tensor y = pruning.dense(values, mask, starts);
      result[0] = gradient.matmul(y.dim() == 2 ? y.unsqueeze(0) : y);
    }
    if (context->needs_input_grad(1)) {
      result[1] =
          pruning.blocks(gradient.t().matmul(dt).reshape_symint(pruning.size), mask, starts);
    }
    return result;
  }
};

// dW = dYᵀ X with X kept as codes: the gradient of dY is X dW'ᵀ.
class CodedProductFunction : public Function<CodedProductFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& dy, const Tensor& codes,
                        const Tensor& scales, const c10::SymInt& features, std::int64_t bits) {
    at::AutoDispatchBelowAutograd below;
    const std::vector<c10::SymInt> size{dy.sym_size(0), features};
    context->saved_data["size"] = c10::SymIntArrayRef(size);
    context->saved_data["bits"] = bits;
    context->saved_data["dtype"] = dy.scalar_type();
    context->save_for_backward({codes, scales});
    return call<CodedProductOf<c10::SymInt>>("actscope::gemm_tn_coded", dy, codes, scales, features,
                                             bits);
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::ScalarType dtype = context->saved_data["dtype"].toScalarType();
    const Tensor x = call<DequantizeOf<c10::SymIntArrayRef, c10::SymInt>>(
        "actscope::dequantize", saved[0], saved[1], context->saved_data["size"].toSymIntVector(),
        context->saved_data["bits"].toInt(), dtype, 0);
    tensor_list result(5);
    result[0] = x.matmul(gradients[0].to(dtype).t());
    return result;
  }
};

}  // namespace

Four compress(const Tensor& x, c10::IntArrayRef block, double sparsity, std::string_view select,
              bool unbiased, const OptionalTensor& seed) {
  const tensor_list result = CompressFunction::apply(x, block, sparsity, select, unbiased, seed);
  return {result[0], result[1], result[2], result[3]};
}

Five compress_threshold(const Tensor& x, const Tensor& threshold, c10::IntArrayRef block,
                        double sparsity, bool unbiased, const OptionalTensor& seed) {
  const tensor_list result =
      CompressThresholdFunction::apply(x, threshold, block, sparsity, unbiased, seed);
  return {result[0], result[1], result[2], result[3], result[4]};
}

Tensor gather(const Tensor& x, const Tensor& mask, const Tensor& column_starts,
              const Tensor& scales, c10::IntArrayRef block, double sparsity,
              std::string_view select, bool unbiased) {
  return GatherFunction::apply(x, mask, column_starts, scales, block, sparsity, select, unbiased);
}

Tensor decompress(const Tensor& values, const Tensor& mask, const Tensor& column_starts,
                  c10::SymIntArrayRef size, c10::IntArrayRef block, double sparsity,
                  std::string_view select) {
  return DecompressFunction::apply(values, mask, column_starts, size, block, sparsity, select);
}

Tensor gemm_tn(const Tensor& dy, const Tensor& values, const Tensor& mask,
               const Tensor& column_starts, c10::SymIntArrayRef size, c10::IntArrayRef block,
               double sparsity, std::string_view select) {
  return GemmTnFunction::apply(dy, values, mask, column_starts, size, block, sparsity, select);
}

Tensor gemm_nt(const Tensor& dt, const Tensor& values, const Tensor& mask,
               const Tensor& column_starts, c10::SymIntArrayRef size, c10::IntArrayRef block,
               double sparsity, std::string_view select) {
  return GemmNtFunction::apply(dt, values, mask, column_starts, size, block, sparsity, select);
}

Tensor gemm_tn_coded(const Tensor& dy, const Tensor& codes, const Tensor& scales,
                     c10::SymInt features, std::int64_t bits) {
  return CodedProductFunction::apply(dy, codes, scales, features, bits);
}

}  // namespace actscope::torch_ops::autograd
