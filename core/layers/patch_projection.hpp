// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace actscope::core {

/// A projection of each square patch of images: the convolution whose stride is its side, as a
/// product. (LibTorch's own leaves the gradient of a wide kernel to oneDNN's `gemm:jit`, which no
/// signal may interrupt.)
///
/// Shapes   images [batch, channels, side, side], weight [outputs, channels, patch, patch], bias
///          [outputs] → [batch, patches, outputs], contiguous; patches by rows of the image; what
///          is left of the side after whole patches is not seen
/// Effects  autograd keeps images and weight, no patches
/// Source   docs/decisions/0036
torch::Tensor patch_projection(const torch::Tensor& images, const torch::Tensor& weight,
                               const torch::Tensor& bias);

}  // namespace actscope::core
