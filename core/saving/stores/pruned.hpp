// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "saving/stores/store.hpp"

namespace actscope::core {

/// bsr: kept blocks and their index. With narrow values (bf16, int8, int4) blocks are widened
/// where they are read, a part at a time.
class Pruned final : public Store {
 public:
  explicit Pruned(StoreSettings setting);

  std::int64_t granule() const override;
  bool wants_whole() const override;
  void put(std::int64_t first, const torch::Tensor& part) override;
  torch::Tensor get(std::int64_t first, std::int64_t count) const override;
  StoredPanels panels(std::int64_t first, std::int64_t count) const override;
  Held held() override;

  /// True at every element of a kept block, of units [first, first + count).
  torch::Tensor is_kept(std::int64_t first, std::int64_t count) const;

 private:
  // The panels of a part as a matrix of their own, full values.
  StoredPanels part_panels(std::int64_t first, std::int64_t count) const;
  torch::Tensor dense(const StoredPanels& panels, std::int64_t count) const;
  void narrow(const torch::Tensor& values, std::int64_t first_panel, std::int64_t end_panel);
  torch::Tensor widened(std::int64_t first_panel, std::int64_t end_panel, std::int64_t first_block,
                        std::int64_t blocks) const;

  kernels::PanelLayout layout_;
  torch::Tensor values_;
  torch::Tensor value_scales_;  // of coded values
  torch::Tensor mask_, column_starts_;
  torch::Tensor block_scales_;  // where rescaled
};

}  // namespace actscope::core
