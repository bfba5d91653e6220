// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

namespace at {
class Tensor;
}

namespace actscope::tracer {

/// What a custom autograd function keeps in a capsule of its AutogradContext::saved_data, told to
/// the walk of the graph. The class inside the capsule derives from torch::CustomClassHolder and
/// from this; without it the walk cannot look into a capsule and counts it as opaque.
class SavedTensorSource {
 public:
  /// `part` is what the tensor is of its slot: values, mask, scales.
  using Visit =
      std::function<void(std::string_view slot, std::string_view part, const at::Tensor& tensor)>;

  virtual ~SavedTensorSource() = default;
  /// Calls `visit` for every tensor held, also undefined ones; the layer is where the function ran.
  virtual void visit_saved(const Visit& visit) const = 0;
};

}  // namespace actscope::tracer
