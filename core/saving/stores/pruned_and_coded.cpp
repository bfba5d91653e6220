// SPDX-License-Identifier: Apache-2.0
// bsr+int2: kept blocks in full, everything else in 2 bits. Products read the kept blocks, whatever
// else needs the slot reads all of it.
#include <numeric>

#include "saving/stores/pruned.hpp"

namespace actscope::core {
namespace {

StoreSettings with(StoreSettings setting, StoreKind kind, kernels::RoundTo rounding) {
  setting.store.kind = kind;
  setting.store.rounding = rounding;
  return setting;
}

class PrunedAndCoded final : public Store {
 public:
  explicit PrunedAndCoded(const StoreSettings& setting)
      : Store(setting),
        blocks_(with(setting, StoreKind::bsr, kernels::RoundTo::nearest)),
        rest_(make_coded(with(setting, StoreKind::int2, kernels::RoundTo::stochastic))) {}

  std::int64_t granule() const override { return std::lcm(blocks_.granule(), rest_->granule()); }
  bool wants_whole() const override { return blocks_.wants_whole(); }

  void put(std::int64_t first, const torch::Tensor& part) override {
    const std::int64_t count = part.numel() / setting_.shape.unit_elements();
    blocks_.put(first, part);
    const torch::Tensor flat = part.view({count, setting_.shape.unit_elements()});
    rest_->put(first, flat.masked_fill(blocks_.is_kept(first, count), 0));
  }
  torch::Tensor get(std::int64_t first, std::int64_t count) const override {
    return torch::where(blocks_.is_kept(first, count), blocks_.get(first, count),
                        rest_->get(first, count));
  }
  StoredPanels panels(std::int64_t first, std::int64_t count) const override {
    return blocks_.panels(first, count);
  }
  Held held() override {
    Held all = blocks_.held();
    const Held rest = rest_->held();
    all.emplace_back("rest", rest[0].second);
    all.emplace_back("rest_scales", rest[1].second);
    return all;
  }

 private:
  Pruned blocks_;
  std::unique_ptr<Store> rest_;
};

}  // namespace

std::unique_ptr<Store> make_pruned_and_coded(StoreSettings setting) {
  return std::make_unique<PrunedAndCoded>(setting);
}

}  // namespace actscope::core
