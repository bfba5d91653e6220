// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/layers/compressed_gelu.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "layers/saved_tensor_state.hpp"
#include "saving/chunk_units.hpp"
#include "tensors/gelu_passes.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

void validate(const StoreSpec& store) {
  using enum StoreKind;
  if (store.kind != drop && store.kind != bsr && store.kind != topk && store.kind != pool) return;
  throw ConfigError(error_text("compressed_gelu cannot keep its input as " + to_text(store),
                               "the derivative at 0 would stand for that of every lost element",
                               "keep it as int4 or code4"));
}

class CompressedGelu : public torch::autograd::Function<CompressedGelu> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& x,
                        const StoreSpec& store, std::int64_t workspace_bytes) {
    const Tensor rows = as_rows(x).contiguous();
    auto kept = c10::make_intrusive<SavedTensorState>(
        SavedTensorSpec{store, {}, workspace_bytes, 0, "input"}, rows);
    ctx->saved_data["input"] = c10::IValue::make_capsule(kept);
    Tensor result = torch::empty_like(rows);
    gelu_into(result, rows,
              kept->store.is_gelu_code() ? kept->store.gelu_code(0) : kernels::GeluCode{});
    return result.view(x.sizes());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& outputs) {
    refuse_second_derivative("compressed_gelu");
    const auto kept =
        c10::static_intrusive_pointer_cast<SavedTensorState>(ctx->saved_data["input"].toCapsule());
    const SavedSlot& store = kept->store;
    const std::int64_t rows = store.shape().rows;
    const Tensor dy = outputs.front().reshape({rows, store.shape().cols}).contiguous();
    Tensor dx = torch::empty_like(dy);
    const std::int64_t step = chunk_units(
        rows, kept->workspace_bytes, store.shape().cols * dy.element_size(), {store.granule()});
    for (std::int64_t first = 0; first < rows; first += step) {
      const std::int64_t count = std::min(step, rows - first);
      Tensor part = dx.narrow(0, first, count);
      part.copy_(dy.narrow(0, first, count));
      if (store.is_gelu_code()) {
        gelu_backward_over(part, store.gelu_code(first));
      } else {
        gelu_backward_over(part, store.get(first, count));
      }
    }
    kept->release();
    return {dx.view(outputs.front().sizes()), Tensor(), Tensor()};
  }

 private:
  // Codes and their chunks go by rows; a vector is one row of its own.
  static Tensor as_rows(const Tensor& x) {
    return x.dim() < 2 ? x.reshape({1, -1}) : x.reshape({-1, x.size(-1)});
  }
};

}  // namespace

Tensor compressed_gelu(const Tensor& x, const StoreSpec& store, std::int64_t workspace_bytes) {
  validate(store);
  // A tensor that is kept as it is, autograd itself keeps best: it also notices changes in place.
  if (store.kind == StoreKind::keep || !at::GradMode::is_enabled() || !x.requires_grad()) {
    return torch::gelu(x);
  }
  return CompressedGelu::apply(x, store, workspace_bytes);
}

}  // namespace actscope::core
