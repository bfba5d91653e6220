// SPDX-License-Identifier: Apache-2.0
// code4, code2: the derivative of GELU at h, written by the pass that computes u = gelu(h).
#include "saving/stores/store.hpp"
#include "scheme/stores/store_row.hpp"

namespace actscope::core {
namespace {

class GeluCoded final : public Store {
 public:
  explicit GeluCoded(StoreSettings setting)
      : Store(std::move(setting)), bits_(code_bits(setting_.store.kind)) {
    const SlotShape& shape = setting_.shape;
    codes_ = torch::empty({kernels::gelu_code_bytes(bits_, shape.total_rows(), shape.cols)},
                          setting_.options.dtype(torch::kUInt8));
  }

  // The codes of a part are there when u is.
  void put(std::int64_t, const torch::Tensor&) override {}
  torch::Tensor get(std::int64_t, std::int64_t) const override {
    unreachable("codes of a derivative are no values");
  }
  kernels::GeluCode gelu_code(std::int64_t first) const override {
    const SlotShape& shape = setting_.shape;
    const std::int64_t rows = shape.by_group ? first * shape.rows : first;
    return {bits_, codes_.mutable_data_ptr<std::uint8_t>() +
                       kernels::gelu_code_bytes(bits_, rows, shape.cols)};
  }
  Held held() override { return {{"codes", &codes_}}; }

 private:
  kernels::CodeBits bits_;
  torch::Tensor codes_;
};

}  // namespace

std::unique_ptr<Store> make_gelu_coded(StoreSettings setting) {
  return std::make_unique<GeluCoded>(std::move(setting));
}

}  // namespace actscope::core
