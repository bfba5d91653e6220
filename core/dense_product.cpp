// SPDX-License-Identifier: Apache-2.0
#include "dense_product.hpp"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>

#include <string_view>

namespace actscope::core {
namespace {

using at::Tensor;

// LibTorch's fused linear layer on dense tensors, registered for its compiler.
using Linear = Tensor(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                      std::string_view attribute, c10::List<std::optional<at::Scalar>> scalars,
                      std::optional<std::string_view> algorithm);
using LinearHandle = c10::TypedOperatorHandle<Linear>;

// Below, setting a call up costs more than the faster product saves.
constexpr std::int64_t least_multiply_adds = std::int64_t{1} << 21;

const std::optional<LinearHandle>& onednn_linear() {
  static const std::optional<LinearHandle> handle = []() -> std::optional<LinearHandle> {
    if (!at::hasMKLDNN()) return std::nullopt;
    const auto found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
    if (!found) return std::nullopt;
    return found->typed<Linear>();
  }();
  return handle;
}

bool is_for_onednn(const Tensor& left, const Tensor& right) {
  return left.is_cpu() && left.scalar_type() == at::kFloat && right.scalar_type() == at::kFloat &&
         left.dim() == 2 && right.dim() == 2 &&
         left.size(1) == right.size(1) &&  // it does not look itself
         left.size(0) * left.size(1) * right.size(0) >= least_multiply_adds &&
         onednn_linear().has_value();
}

}  // namespace

Tensor product_nt(const Tensor& left, const Tensor& right, const std::optional<Tensor>& bias) {
  if (is_for_onednn(left, right)) {
    return onednn_linear()->call(left, right, bias, "none", c10::List<std::optional<at::Scalar>>(),
                                 "");
  }
  return bias ? at::addmm(*bias, left, right.t()) : at::mm(left, right.t());
}

}  // namespace actscope::core
