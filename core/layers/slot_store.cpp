// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/layers/slot_store.hpp"

#include <torch/types.h>

#include <vector>

#include "actscope/base/error.hpp"
#include "layers/kept_slot.hpp"
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
struct ShapedSlot : KeptSlot {
  ShapedSlot(const KeptSlotSetting& setting, const Tensor& values)
      : KeptSlot(setting, as_rows(values)), sizes(values.sizes().vec()) {}
  std::vector<std::int64_t> sizes;
};

// The count that the graph keeps, as the count of a handle that needs no header of LibTorch.
std::shared_ptr<KeptSlot> shared(c10::intrusive_ptr<KeptSlot> slot) {
  KeptSlot* const raw = slot.get();
  return {raw, [owner = std::move(slot)](KeptSlot*) mutable { owner.reset(); }};
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

SlotStore::SlotStore(const Tensor& values, const std::string& store, const SlotSettings& settings) {
  const KeptSlotSetting setting{parse_store(store), parse_operand(settings.operand),
                                settings.workspace_bytes, settings.seed, settings.name};
  require_values(setting.store, setting.operand, "a slot cannot be kept");
  validate(values);
  kept_ = shared(c10::make_intrusive<ShapedSlot>(setting, values.detach()));
}

SlotStore::SlotStore(const c10::IValue& saved) {
  if (saved.isCapsule()) {
    auto capsule = saved.toCapsule();
    if (dynamic_cast<ShapedSlot*>(capsule.get()) != nullptr) {
      kept_ = shared(c10::static_intrusive_pointer_cast<KeptSlot>(std::move(capsule)));
      return;
    }
  }
  throw Error(error_text("the value holds no slot", "it is of type " + saved.tagKind(),
                         "give what SlotStore::saved put into saved_data"));
}

c10::IValue SlotStore::saved() const {
  return c10::IValue::make_capsule(
      c10::intrusive_ptr<torch::CustomClassHolder>::reclaim_copy(kept_.get()));
}

const KeptSlot& SlotStore::held(const char* what) const {
  if (!kept_->is_released) return *kept_;
  throw Error(error_text(std::string("the slot ") + kept_->name + " was released", what,
                         "release it after its last use, and retain the graph for a second "
                         "backward"));
}

Tensor SlotStore::tensor() const {
  const KeptSlot& slot = held("its tensor was asked for");
  return slot.store.get(0, slot.store.shape().units())
      .view(static_cast<const ShapedSlot&>(slot).sizes);
}

Tensor SlotStore::product(const Tensor& dy) const {
  const KeptSlot& slot = held("a product with it was asked for");
  const auto& sizes = static_cast<const ShapedSlot&>(slot).sizes;
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

std::int64_t SlotStore::bytes() const {
  return kept_->is_released ? 0 : kept_->bytes();
}

void SlotStore::release() const {
  kept_->release();
}

}  // namespace actscope::core
