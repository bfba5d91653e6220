// SPDX-License-Identifier: Apache-2.0
#include "layers/patch_projection.hpp"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include "layers/saved_tensor_state.hpp"
#include "tensors/dense_product.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

constexpr std::string_view function_name = "the projection of patches";

struct PatchGrid {
  std::int64_t patch = 0, rows = 0, cols = 0;

  PatchGrid(const Tensor& images, const Tensor& weight)
      : patch(weight.size(2)), rows(images.size(2) / patch), cols(images.size(3) / patch) {}

  // [batch, channels, side, side] → [batch, rows, cols, channels, patch, patch], a view.
  Tensor patches_of(const Tensor& images) const {
    return images.narrow(2, 0, rows * patch)
        .narrow(3, 0, cols * patch)
        .unflatten(3, {cols, patch})
        .unflatten(2, {rows, patch})
        .permute({0, 2, 4, 1, 3, 5});
  }

  // One patch a row, a copy: [batch · rows · cols, channels · patch²].
  Tensor matrix_of(const Tensor& images) const {
    return patches_of(images).reshape({images.size(0) * rows * cols, -1});
  }
};

class PatchProjection : public torch::autograd::Function<PatchProjection> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& images,
                        const Tensor& weight, const Tensor& bias) {
    ctx->save_for_backward({images, weight});
    const PatchGrid grid(images, weight);
    return product_nt(grid.matrix_of(images), weight.flatten(1), bias)
        .view({images.size(0), grid.rows * grid.cols, weight.size(0)});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& outputs) {
    refuse_second_derivative(function_name);
    const auto saved = ctx->get_saved_variables();
    const Tensor& images = saved[0];
    const Tensor& weight = saved[1];
    const PatchGrid grid(images, weight);
    const Tensor g = outputs.front().flatten(0, 1);
    Tensor images_gradient, weight_gradient, bias_gradient;
    if (ctx->needs_input_grad(0)) {
      images_gradient = torch::zeros_like(images);
      Tensor target = grid.patches_of(images_gradient);
      target.copy_(product_nt(g, weight.flatten(1).t()).view(target.sizes()));
    }
    if (ctx->needs_input_grad(1)) {
      weight_gradient = torch::zeros_like(weight, torch::MemoryFormat::Contiguous);
      Tensor sum = weight_gradient.flatten(1);
      add_product_tn(sum, g, grid.matrix_of(images));
    }
    if (ctx->needs_input_grad(2)) bias_gradient = g.sum(0);
    return {images_gradient, weight_gradient, bias_gradient};
  }
};

}  // namespace

Tensor patch_projection(const Tensor& images, const Tensor& weight, const Tensor& bias) {
  return PatchProjection::apply(images, weight, bias);
}

}  // namespace actscope::core
