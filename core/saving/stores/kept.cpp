// SPDX-License-Identifier: Apache-2.0
// keep and drop: the tensor itself, and nothing.
#include "saving/stores/store.hpp"

namespace actscope::core {
namespace {

class Kept final : public Store {
 public:
  using Store::Store;

  // Everything at once, or a part computed in its room, is held itself; any other part is copied.
  void put(std::int64_t first, const torch::Tensor& part) override {
    const SlotShape& shape = setting_.shape;
    const std::int64_t count = part.numel() / shape.unit_elements();
    if (count == shape.units()) {
      values_ = part.detach().view({shape.units(), shape.unit_elements()});
      return;
    }
    const torch::Tensor place = room(first, count);
    if (place.const_data_ptr() != part.const_data_ptr()) place.copy_(part.view(place.sizes()));
  }
  torch::Tensor get(std::int64_t first, std::int64_t count) const override {
    return values_.narrow(0, first, count);
  }
  torch::Tensor room(std::int64_t first, std::int64_t count) override {
    if (!values_.defined()) values_ = setting_.empty_part(setting_.shape.units());
    return values_.narrow(0, first, count);
  }
  Held held() override { return {{"values", &values_}}; }

 private:
  torch::Tensor values_;
};

class Dropped final : public Store {
 public:
  using Store::Store;

  void put(std::int64_t, const torch::Tensor&) override {}
  torch::Tensor get(std::int64_t, std::int64_t) const override {
    unreachable("a slot that is dropped has no values");
  }
  Held held() override { return {}; }
};

}  // namespace

std::unique_ptr<Store> make_kept(StoreSettings setting) {
  return std::make_unique<Kept>(std::move(setting));
}

std::unique_ptr<Store> make_dropped(StoreSettings setting) {
  return std::make_unique<Dropped>(std::move(setting));
}

}  // namespace actscope::core
