// SPDX-License-Identifier: Apache-2.0
// What differentiates. Which blocks are kept is a constant of every formula.
#include <ATen/Dispatch.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "actscope/base/error.hpp"
#include "torch_ops/autograd.hpp"
#include "torch_ops/panel_arguments.hpp"

namespace actscope::torch_ops::autograd {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

constexpr const char* threshold_name = "threshold";  // of kernels::Select, as name_of says it

// Calls an operator through the dispatcher, so that every mode sees it.
template <class Signature, class... Arguments>
auto call(const char* name, Arguments&&... arguments) {
  const auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
  return handle.call(std::forward<Arguments>(arguments)...);
}

// What every operator keeps of its arguments.
struct Pruning {
  std::vector<std::int64_t> size, block;
  double sparsity = 0;
  std::string select;
  bool unbiased = false;

  void keep(AutogradContext* context) const {
    context->saved_data["size"] = size;
    context->saved_data["block"] = block;
    context->saved_data["sparsity"] = sparsity;
    context->saved_data["select"] = select;
    context->saved_data["unbiased"] = unbiased;
  }
  static Pruning kept(AutogradContext* context) {
    return {context->saved_data["size"].toIntVector(), context->saved_data["block"].toIntVector(),
            context->saved_data["sparsity"].toDouble(), context->saved_data["select"].toStringRef(),
            context->saved_data["unbiased"].toBool()};
  }

  Tensor dense(const Tensor& values, const Tensor& mask, const Tensor& column_starts) const {
    return call<Decompress>("actscope::decompress", values, mask, column_starts, size, block,
                            sparsity, select);
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

// Of what was compressed, from the gradient of its values; mask, starts and scales are saved.
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
                             std::int64_t seed) {
    at::AutoDispatchBelowAutograd below;
    auto [values, mask, column_starts, scales] =
        call<Compress>("actscope::compress", x, block, sparsity, select, unbiased, seed);
    Pruning{sizes_of(x), block.vec(), sparsity, std::string(select), unbiased}.keep(context);
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
                             std::int64_t seed) {
    at::AutoDispatchBelowAutograd below;
    auto [values, mask, column_starts, scales, next] = call<CompressThreshold>(
        "actscope::compress_threshold", x, threshold, block, sparsity, unbiased, seed);
    Pruning{sizes_of(x), block.vec(), sparsity, threshold_name, unbiased}.keep(context);
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
    Pruning{sizes_of(x), block.vec(), sparsity, std::string(select), unbiased}.keep(context);
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
                        const Tensor& column_starts, c10::IntArrayRef size, c10::IntArrayRef block,
                        double sparsity, std::string_view select) {
    at::AutoDispatchBelowAutograd below;
    Pruning{size.vec(), block.vec(), sparsity, std::string(select)}.keep(context);
    context->save_for_backward({mask, column_starts});
    return call<Decompress>("actscope::decompress", values, mask, column_starts, size, block,
                            sparsity, select);
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
                        const Tensor& mask, const Tensor& column_starts, c10::IntArrayRef size,
                        c10::IntArrayRef block, double sparsity, std::string_view select) {
    at::AutoDispatchBelowAutograd below;
    Pruning{size.vec(), block.vec(), sparsity, std::string(select)}.keep(context);
    context->save_for_backward({dy, values, mask, column_starts});
    return call<Product>("actscope::gemm_tn", dy, values, mask, column_starts, size, block,
                         sparsity, select);
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
      result[1] = pruning.blocks(dy.matmul(gradient).view(pruning.size), mask, starts);
    }
    return result;
  }
};

// dA = Σ_b dT_b Y_bᵀ: the gradient of dT_b is dA' Y_b, that of Y_b is dA'ᵀ dT_b.
class GemmNtFunction : public Function<GemmNtFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& dt, const Tensor& values,
                        const Tensor& mask, const Tensor& column_starts, c10::IntArrayRef size,
                        c10::IntArrayRef block, double sparsity, std::string_view select) {
    at::AutoDispatchBelowAutograd below;
    Pruning{size.vec(), block.vec(), sparsity, std::string(select)}.keep(context);
    context->save_for_backward({dt, values, mask, column_starts});
    return call<Product>("actscope::gemm_nt", dt, values, mask, column_starts, size, block,
                         sparsity, select);
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
      result[1] = pruning.blocks(gradient.t().matmul(dt).reshape(pruning.size), mask, starts);
    }
    return result;
  }
};

// All but the last dimension as one. A matrix stays the tensor it is: schema checks refuse
// operators below autograd that return their input.
Tensor as_rows(const Tensor& x) {
  return x.dim() == 2 ? x : x.flatten(0, -2);
}

// y = x Wᵀ + b, exact; what backward needs of x is kept block-sparse.
class LinearFunction : public Function<LinearFunction> {
 public:
  // y, and the next threshold where one is given.
  static tensor_list forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                             const std::optional<Tensor>& bias,
                             const std::optional<Tensor>& threshold, c10::IntArrayRef block,
                             double sparsity, std::string_view select, bool unbiased,
                             std::int64_t seed) {
    at::AutoDispatchBelowAutograd below;
    Tensor values, mask, column_starts;
    tensor_list result{at::linear(x, weight, bias)};
    if (threshold) result.push_back(threshold->clone());
    if (weight.requires_grad()) {
      const Tensor rows = as_rows(x);
      if (threshold) {
        std::tie(values, mask, column_starts, std::ignore, result[1]) = call<CompressThreshold>(
            "actscope::compress_threshold", rows, *threshold, block, sparsity, unbiased, seed);
      } else {
        std::tie(values, mask, column_starts, std::ignore) =
            call<Compress>("actscope::compress", rows, block, sparsity, select, unbiased, seed);
      }
      Pruning{sizes_of(rows), block.vec(), sparsity, std::string(select)}.keep(context);
    }
    if (threshold) context->mark_non_differentiable({result[1]});
    context->save_for_backward({weight, values, mask, column_starts});
    return result;
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    if (at::GradMode::is_enabled() && gradients[0].requires_grad()) {
      throw ConfigError(error_text(
          "the gradient of actscope::linear cannot be differentiated again",
          "its input is kept in pruned form only", "use torch.nn.functional.linear there"));
    }
    const auto saved = context->get_saved_variables();
    const Tensor &weight = saved[0], &values = saved[1], &mask = saved[2], &starts = saved[3];
    const Tensor& dy = gradients[0];
    tensor_list result(9);
    if (context->needs_input_grad(0)) result[0] = dy.matmul(weight);
    const Tensor rows = as_rows(dy);
    if (context->needs_input_grad(1)) {
      const Pruning pruning = Pruning::kept(context);
      result[1] = call<Product>("actscope::gemm_tn", rows, values, mask, starts, pruning.size,
                                pruning.block, pruning.sparsity, pruning.select)
                      .to(weight.scalar_type());
    }
    result[2] = rows.sum(0);
    return result;
  }
};

}  // namespace

Four compress(const Tensor& x, c10::IntArrayRef block, double sparsity, std::string_view select,
              bool unbiased, std::int64_t seed) {
  const tensor_list result = CompressFunction::apply(x, block, sparsity, select, unbiased, seed);
  return {result[0], result[1], result[2], result[3]};
}

Five compress_threshold(const Tensor& x, const Tensor& threshold, c10::IntArrayRef block,
                        double sparsity, bool unbiased, std::int64_t seed) {
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
                  c10::IntArrayRef size, c10::IntArrayRef block, double sparsity,
                  std::string_view select) {
  return DecompressFunction::apply(values, mask, column_starts, size, block, sparsity, select);
}

Tensor gemm_tn(const Tensor& dy, const Tensor& values, const Tensor& mask,
               const Tensor& column_starts, c10::IntArrayRef size, c10::IntArrayRef block,
               double sparsity, std::string_view select) {
  return GemmTnFunction::apply(dy, values, mask, column_starts, size, block, sparsity, select);
}

Tensor gemm_nt(const Tensor& dt, const Tensor& values, const Tensor& mask,
               const Tensor& column_starts, c10::IntArrayRef size, c10::IntArrayRef block,
               double sparsity, std::string_view select) {
  return GemmNtFunction::apply(dt, values, mask, column_starts, size, block, sparsity, select);
}

Tensor linear(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias,
              c10::IntArrayRef block, double sparsity, std::string_view select, bool unbiased,
              std::int64_t seed) {
  return LinearFunction::apply(x, weight, bias, std::nullopt, block, sparsity, select, unbiased,
                               seed)[0];
}

std::tuple<Tensor, Tensor> linear_threshold(const Tensor& x, const Tensor& weight,
                                            const std::optional<Tensor>& bias,
                                            const Tensor& threshold, c10::IntArrayRef block,
                                            double sparsity, bool unbiased, std::int64_t seed) {
  const tensor_list result = LinearFunction::apply(x, weight, bias, std::optional(threshold), block,
                                                   sparsity, threshold_name, unbiased, seed);
  return {result[0], result[1]};
}

}  // namespace actscope::torch_ops::autograd
