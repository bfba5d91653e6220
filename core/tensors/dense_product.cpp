// SPDX-License-Identifier: Apache-2.0
#include "tensors/dense_product.hpp"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <string_view>

#include "tensors/dense_library.hpp"

namespace actscope::core {
namespace {

using at::Tensor;

// LibTorch's fused linear layer on dense tensors, registered for its compiler.
using Linear = Tensor(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                      std::string_view attribute, c10::List<std::optional<at::Scalar>> scalars,
                      std::optional<std::string_view> algorithm);
using LinearHandle = c10::TypedOperatorHandle<Linear>;

// How many rows are transposed at once for a gradient of a weight.
constexpr std::int64_t rows_at_once = 1024;

const std::optional<LinearHandle>& onednn_linear() {
  static const std::optional<LinearHandle> handle = []() -> std::optional<LinearHandle> {
    if (!at::hasMKLDNN()) return std::nullopt;
    const auto found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
    if (!found) return std::nullopt;
    return found->typed<Linear>();
  }();
  return handle;
}

// Whether LibTorch carries the oneDNN whose choice of kernels is known.
bool has_known_onednn() {
  return onednn_linear().has_value() &&
         at::get_mkldnn_version().find(known_onednn) != std::string::npos;
}

DenseProcessor& current_processor() {
  static DenseProcessor processor = [] {
    DenseProcessor detected = detect_dense_processor();
    detected.has_onednn = has_known_onednn();
    return detected;
  }();
  return processor;
}

bool is_dense_float(const Tensor& matrix) {
  return matrix.is_cpu() && matrix.scalar_type() == at::kFloat && matrix.dim() == 2;
}

Tensor onednn_product_nt(const Tensor& left, const Tensor& right,
                         const std::optional<Tensor>& bias) {
  // With a transposed right matrix it runs the kernel that no signal may interrupt.
  return onednn_linear()->call(left.contiguous(), right.contiguous(), bias, "none",
                               c10::List<std::optional<at::Scalar>>(), "");
}

}  // namespace

Tensor product_nt(const Tensor& left, const Tensor& right, const std::optional<Tensor>& bias) {
  // The operator does not look at shapes itself.
  if (is_dense_float(left) && is_dense_float(right) && left.size(1) == right.size(1) &&
      is_for_onednn(dense_processor(), left.size(0), left.size(1), right.size(0))) {
    return onednn_product_nt(left, right, bias);
  }
  return bias ? at::addmm(*bias, left, right.t()) : at::mm(left, right.t());
}

Tensor& add_product_tn(Tensor& sum, const Tensor& left, const Tensor& right) {
  const bool takes_onednn = is_dense_float(left) && is_dense_float(right) &&
                            left.size(0) == right.size(0) &&
                            is_for_onednn(dense_processor(), left.size(1),
                                          std::min(left.size(0), rows_at_once), right.size(1));
  if (takes_onednn) {
    for (std::int64_t first = 0; first < left.size(0); first += rows_at_once) {
      const std::int64_t count = std::min(rows_at_once, left.size(0) - first);
      sum.add_(product_nt(left.narrow(0, first, count).t(), right.narrow(0, first, count).t()));
    }
    return sum;
  }
  if (sum.scalar_type() == left.scalar_type()) return sum.addmm_(left.t(), right);
  return sum.add_(at::mm(left.t(), right));  // LibTorch adds no narrow products to a wide sum
}

Tensor right_factor(const Tensor& right, std::int64_t rows) {
  const bool takes_onednn =
      is_dense_float(right) && is_for_onednn(dense_processor(), rows, right.size(1), right.size(0));
  return takes_onednn ? right.contiguous() : right;
}

AsDenseProcessor::AsDenseProcessor(const DenseProcessor& processor) : before_(dense_processor()) {
  current_processor() = processor;
}

AsDenseProcessor::~AsDenseProcessor() {
  current_processor() = before_;
}

const DenseProcessor& dense_processor() {
  return current_processor();
}

}  // namespace actscope::core
