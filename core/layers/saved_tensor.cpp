// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/layers/saved_tensor.hpp"

#include <torch/types.h>

#include <vector>

#include "actscope/base/error.hpp"
#include "layers/saved_tensor_state.hpp"
#include "tensors/tensor_views.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

std::vector<std::int64_t> leading(at::IntArrayRef sizes) {
  return sizes.slice(0, sizes.size() - 1).vec();
}

Tensor as_rows(const Tensor& values) {
  const std::int64_t rows = c10::multiply_integers(leading(values.sizes()));
  return values.reshape({rows, values.size(-1)}).contiguous();
}

// A slot with the shape in which it was given.
struct ShapedTensor : SavedTensorState {
  ShapedTensor(const SavedTensorSpec& setting, const Tensor& values)
      : SavedTensorState(setting, as_rows(values)), sizes(values.sizes().vec()) {}
  std::vector<std::int64_t> sizes;
};

// Wraps the graph's counted pointer in a shared_ptr, whose type needs no header of LibTorch.
std::shared_ptr<SavedTensorState> shared(c10::intrusive_ptr<SavedTensorState> slot) {
  SavedTensorState* const raw = slot.get();
  return {raw, [owner = std::move(slot)](SavedTensorState*) mutable { owner.reset(); }};
}

void validate(const Tensor& values) {
  (void)dtype_of(values);
  if (values.scalar_type() == torch::kFloat16) {
    throw ShapeMismatch(
        error_text("a slot cannot keep float16", {}, "use float32, float64 or bfloat16"));
  }
  if (values.dim() > 0 && values.size(-1) > 0) return;
  throw ShapeMismatch(error_text("a slot cannot keep a tensor without features",
                                 "its shape is " + c10::str(values.sizes()),
                                 "save it with save_for_backward"));
}

}  // namespace

SavedTensor::SavedTensor(const Tensor& values, const std::string& store,
                         const SavedTensorSettings& settings) {
  const SavedTensorSpec setting{parse_store(store), parse_operand(settings.operand),
                                settings.workspace_bytes, settings.seed, settings.name};
  require_values(setting.store, setting.operand, "a slot cannot be kept");
  validate(values);
  kept_ = shared(c10::make_intrusive<ShapedTensor>(setting, values.detach()));
}

SavedTensor::SavedTensor(const c10::IValue& saved) {
  if (saved.isCapsule()) {
    auto capsule = saved.toCapsule();
    if (dynamic_cast<ShapedTensor*>(capsule.get()) != nullptr) {
      kept_ = shared(c10::static_intrusive_pointer_cast<SavedTensorState>(std::move(capsule)));
      return;
    }
  }
  throw Error(error_text("the value holds no slot", "it is of type " + saved.tagKind(),
                         "give what SavedTensor::saved put into saved_data"));
}

c10::IValue SavedTensor::saved() const {
  return c10::IValue::make_capsule(
      c10::intrusive_ptr<torch::CustomClassHolder>::reclaim_copy(kept_.get()));
}

const SavedTensorState& SavedTensor::held(const char* what) const {
  if (!kept_->is_released) return *kept_;
  throw Error(error_text(std::string("the slot ") + kept_->name + " was released", what,
                         "release it after its last use, and retain the graph for a second "
                         "backward"));
}

Tensor SavedTensor::tensor() const {
  const SavedTensorState& slot = held("its tensor was asked for");
  return slot.store.get(0, slot.store.shape().units())
      .view(static_cast<const ShapedTensor&>(slot).sizes);
}

Tensor SavedTensor::product(const Tensor& dy) const {
  const SavedTensorState& slot = held("a product with it was asked for");
  const auto& sizes = static_cast<const ShapedTensor&>(slot).sizes;
  const torch::TensorOptions& options = slot.store.options();
  if (dy.dim() == 0 || leading(dy.sizes()) != leading(sizes)) {
    throw ShapeMismatch(
        error_text("a product with slot " + slot.name + ": the shapes do not fit",
                   "dy " + c10::str(dy.sizes()) + ", values " + c10::str(at::IntArrayRef(sizes)),
                   "give dy [..., outputs] with the leading sizes of the values"));
  }
  if (dy.scalar_type() != options.dtype().toScalarType() || dy.device() != options.device()) {
    throw ShapeMismatch(
        error_text("a product with slot " + slot.name + ": dy differs in element type or device",
                   c10::str(dy.scalar_type(), " on ", dy.device(), ", values are ",
                            options.dtype().toScalarType(), " on ", options.device()),
                   "move them to one device and type"));
  }
  return slot.product(as_rows(dy));
}

std::int64_t SavedTensor::bytes() const {
  return kept_->is_released ? 0 : kept_->bytes();
}

void SavedTensor::release() const {
  kept_->release();
}

}  // namespace actscope::core
