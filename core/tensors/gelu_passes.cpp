// SPDX-License-Identifier: Apache-2.0
#include "tensors/gelu_passes.hpp"

#include "actscope/tracer/scope.hpp"
#include "tensors/tensor_views.hpp"

namespace actscope::core {
namespace {

kernels::ConstMatrixView in(const torch::Tensor& tensor) {
  return const_view(tensor, 1, tensor.size(0), tensor.size(1));
}
kernels::MatrixView out(const torch::Tensor& tensor) {
  return mutable_view(tensor, 1, tensor.size(0), tensor.size(1));
}

}  // namespace

void gelu_into(torch::Tensor& u, const torch::Tensor& h, const kernels::GeluCode& code) {
  static const tracer::Name gelu("gelu");
  const tracer::OperatorScope scope(gelu);
  kernels::gelu(context_of(h), in(h), out(u), code);
}

void gelu_backward_over(torch::Tensor& du, const torch::Tensor& h, torch::Tensor* u) {
  static const tracer::Name gelu_backward("gelu_backward");
  const tracer::OperatorScope scope(gelu_backward);
  const kernels::MatrixView room = u == nullptr ? kernels::MatrixView{} : out(*u);
  kernels::gelu_backward(context_of(h), in(du), in(h), out(du), u == nullptr ? nullptr : &room);
}

void gelu_backward_over(torch::Tensor& du, const kernels::GeluCode& code) {
  static const tracer::Name gelu_backward("gelu_backward_from_code");
  const tracer::OperatorScope scope(gelu_backward);
  kernels::gelu_backward_from_code(context_of(du), in(du), code.bits, code.codes, out(du));
}

}  // namespace actscope::core
