// SPDX-License-Identifier: Apache-2.0
// Linear layers whose input is kept in another form. They are composed of other operators, so that
// a compiler sees those.
#include <ATen/autocast_mode.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/where.h>
#include <torch/csrc/autograd/custom_function.h>

#include "actscope/base/error.hpp"
#include "actscope/kernels/block_spec.hpp"
#include "torch_ops/autograd.hpp"

namespace actscope::torch_ops::autograd {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

// All but the last dimension as one. A matrix stays the tensor it is: schema checks refuse
// operators below autograd that return their input.
Tensor as_rows(const Tensor& x) {
  if (x.dim() == 2) return x;
  return x.dim() < 2 ? x.unsqueeze(0) : x.flatten(0, -2);
}

// The input as blocks; its tensors are values, mask and column starts.
struct KeptBlocks {
  tensor_list tensors;
  std::vector<c10::SymInt> size;
  c10::IntArrayRef block;
  double sparsity;
  std::string_view select;

  void keep(AutogradContext* context) const {
    context->saved_data["size"] = c10::SymIntArrayRef(size);
    context->saved_data["block"] = block;
    context->saved_data["sparsity"] = sparsity;
    context->saved_data["select"] = std::string(select);
  }
  static Tensor product(AutogradContext* context, const Tensor& dy, const tensor_list& saved) {
    auto& data = context->saved_data;
    return call<ProductOf<c10::SymIntArrayRef>>(
        "actscope::gemm_tn", dy, saved[1], saved[2], saved[3], data["size"].toSymIntVector(),
        data["block"].toIntVector(), data["sparsity"].toDouble(), data["select"].toStringRef());
  }
};

// The input as codes; its tensors are codes and scales.
struct KeptCodes {
  tensor_list tensors;
  c10::SymInt features;
  std::int64_t bits;

  void keep(AutogradContext* context) const {
    context->saved_data["features"] = features;
    context->saved_data["bits"] = bits;
  }
  static Tensor product(AutogradContext* context, const Tensor& dy, const tensor_list& saved) {
    auto& data = context->saved_data;
    return call<CodedProductOf<c10::SymInt>>("actscope::gemm_tn_coded", dy, saved[1], saved[2],
                                             data["features"].toSymInt(), data["bits"].toInt());
  }
};

// y = x Wᵀ + b, exact, as are the gradients of x and b; that of W multiplies what is kept of x.
template <class Kept>
class LinearFunction : public Function<LinearFunction<Kept>> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        const OptionalTensor& bias, const Kept& kept) {
    at::AutoDispatchBelowAutograd below;
    kept.keep(context);
    context->saved_data["has_bias"] = bias.has_value();
    tensor_list saved{weight};
    saved.insert(saved.end(), kept.tensors.begin(), kept.tensors.end());
    context->save_for_backward(saved);
    return at::linear(x, weight, bias);
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    // Refused also where dY is a constant: a graph of what follows would look whole and lack x.
    if (at::GradMode::is_enabled()) {
      throw Error(error_text("a second derivative of a compressed linear layer was asked for",
                             "its gradients carry no graph of their own",
                             "call backward without create_graph, or leave the layer plain"));
    }
    const auto saved = context->get_saved_variables();
    const Tensor &weight = saved[0], &dy = gradients[0];
    const Tensor rows = as_rows(dy);
    tensor_list result(4);
    if (context->needs_input_grad(0)) result[0] = dy.matmul(weight);
    if (context->needs_input_grad(1)) {
      result[1] = Kept::product(context, rows, saved).to(weight.scalar_type());
    }
    // An absent bias is no input of the node.
    if (context->saved_data["has_bias"].toBool() && context->needs_input_grad(2)) {
      result[2] = rows.sum(0);
    }
    return result;
  }
};

// Whether backward will ask what x was. (Shapes that make no product of matrices are left to
// at::linear, which takes some and says what is wrong with others.)
bool needs_input(const Tensor& x, const Tensor& weight) {
  return at::GradMode::is_enabled() && weight.requires_grad() && weight.dim() == 2 && x.dim() > 0;
}

// A number that is the same where x and weight are: another one each step, and the same again
// where a pass is repeated, without a draw from a generator that anything else uses.
Tensor fingerprint_of(const Tensor& x, const Tensor& weight) {
  const tensor_list tensors{x, weight};
  return call<Fingerprint>("actscope::fingerprint", tensors);
}

// The thresholds of the last passes, as they lie behind the present one.
struct Passes {
  Tensor tags, thresholds;

  explicit Passes(const Tensor& state) {
    if (state.dim() != 1 || state.size(0) % 2 == 0 || state.scalar_type() != at::kDouble) {
      throw ShapeMismatch(error_text(
          "not a threshold", "expected 1 + 2·passes float64, the passes being remembered",
          "start with torch.zeros(1, dtype=torch.float64), go on with what was returned"));
    }
    const std::int64_t passes = (state.size(0) - 1) / 2;
    tags = state.narrow(0, 1, passes);
    thresholds = state.narrow(0, 1 + passes, passes);
  }
  bool is_empty() const { return tags.size(0) == 0; }
  // The state after a new pass; the oldest one is left out.
  Tensor with(const Tensor& next, const Tensor& tag, const Tensor& threshold) const {
    const std::int64_t older = tags.size(0) - 1;
    return at::cat(
        {next, tag.view({1}), tags.narrow(0, 0, older), threshold, thresholds.narrow(0, 0, older)});
  }
};

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
              c10::IntArrayRef block, double sparsity, std::string_view select, bool unbiased,
              const OptionalTensor& seed) {
  if (!needs_input(x, weight)) return at::linear(x, weight, bias);
  KeptBlocks kept{{}, {}, block, sparsity, select};
  {
    at::AutoDispatchBelowAutograd below;
    OptionalTensor draw = seed;
    const bool draws = unbiased || select == name_of(kernels::Select::random);
    if (draws && !draw) draw = fingerprint_of(x, weight);
    const Tensor rows = as_rows(x);
    kept.size = rows.sym_sizes().vec();
    auto [values, mask, column_starts, scales] =
        call<Compress>("actscope::compress", rows, block, sparsity, select, unbiased, draw);
    kept.tensors = {values, mask, column_starts};
  }
  return LinearFunction<KeptBlocks>::apply(x, weight, bias, kept);
}

Two linear_threshold(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                     const Tensor& threshold, c10::IntArrayRef block, double sparsity,
                     bool unbiased, const OptionalTensor& seed) {
  const Passes passes(threshold);
  if (!needs_input(x, weight)) return {at::linear(x, weight, bias), threshold.clone()};
  Tensor state;
  const std::string_view select = name_of(kernels::Select::threshold);
  KeptBlocks kept{{}, {}, block, sparsity, select};
  {
    at::AutoDispatchBelowAutograd below;
    const Tensor print = fingerprint_of(x, weight);
    const Tensor tag = print.to(at::kDouble), present = threshold.narrow(0, 0, 1);
    const Tensor same = passes.tags.eq(tag), seen = same.any();
    const Tensor own = at::where(same, passes.thresholds, 0.).sum();
    const Tensor used = at::where(seen, own, present);
    const Tensor rows = as_rows(x);
    kept.size = rows.sym_sizes().vec();
    auto [values, mask, column_starts, scales, next] = call<CompressThreshold>(
        "actscope::compress_threshold", rows, used, block, sparsity, unbiased, seed ? seed : print);
    kept.tensors = {values, mask, column_starts};
    state = passes.is_empty() ? next : at::where(seen, threshold, passes.with(next, tag, used));
  }
  return {LinearFunction<KeptBlocks>::apply(x, weight, bias, kept), state};
}

Tensor linear_coded(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                    std::int64_t bits) {
  if (!needs_input(x, weight)) return at::linear(x, weight, bias);
  KeptCodes kept{{}, x.sym_size(-1), bits};
  {
    at::AutoDispatchBelowAutograd below;
    auto [codes, scales] = call<QuantizeOf<c10::SymInt>>("actscope::quantize", x, bits, 0);
    kept.tensors = {codes, scales};
  }
  return LinearFunction<KeptCodes>::apply(x, weight, bias, kept);
}

}  // namespace actscope::torch_ops::autograd

namespace actscope::torch_ops::autocast {
namespace {

// The arguments of a linear layer as autocast gives them to torch.nn.functional.linear. What is
// called meanwhile is not cast again.
class Cast {
 public:
  Cast(const Tensor& x_given, const Tensor& weight_given, const OptionalTensor& bias_given)
      : device_(x_given.is_cuda() ? c10::kCUDA : c10::kCPU),
        guard_(at::autocast::get_autocast_dispatch_key_from_device_type(device_)) {
    const at::ScalarType type = at::autocast::get_lower_precision_fp_from_device_type(device_);
    x = at::autocast::cached_cast(type, x_given, device_);
    weight = at::autocast::cached_cast(type, weight_given, device_);
    bias = at::autocast::cached_cast(type, bias_given, device_);
  }

  Tensor x, weight;
  OptionalTensor bias;

 private:
  c10::DeviceType device_;
  c10::impl::ExcludeDispatchKeyGuard guard_;
};

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
              c10::IntArrayRef block, double sparsity, std::string_view select, bool unbiased,
              const OptionalTensor& seed) {
  const Cast cast(x, weight, bias);
  return call<autograd::Linear>("actscope::linear", cast.x, cast.weight, cast.bias, block, sparsity,
                                select, unbiased, seed);
}

Two linear_threshold(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                     const Tensor& threshold, c10::IntArrayRef block, double sparsity,
                     bool unbiased, const OptionalTensor& seed) {
  const Cast cast(x, weight, bias);
  return call<autograd::LinearThreshold>("actscope::linear_threshold", cast.x, cast.weight,
                                         cast.bias, threshold, block, sparsity, unbiased, seed);
}

Tensor linear_coded(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                    std::int64_t bits) {
  const Cast cast(x, weight, bias);
  return call<autograd::LinearCoded>("actscope::linear_coded", cast.x, cast.weight, cast.bias,
                                     bits);
}

}  // namespace actscope::torch_ops::autocast
