// SPDX-License-Identifier: Apache-2.0
// topk: the elements of largest magnitude of every row, and their places. A rival of block pruning
// (DropIT): the index costs half as much as the values, and nothing can multiply it in blocks.
#include "actscope/core/scheme/store_bytes.hpp"
#include "actscope/tracer/scope.hpp"
#include "saving/stores/store.hpp"

namespace actscope::core {
namespace {

class Top final : public Store {
 public:
  explicit Top(StoreSettings setting)
      : Store(std::move(setting)),
        kept_(top_elements(setting_.store.sparsity_ratio, setting_.shape.cols)) {
    const SlotShape& shape = setting_.shape;
    const bool is_short = top_index_bytes(shape.cols) == 2;
    values_ = torch::empty({shape.total_rows(), kept_}, setting_.options);
    places_ = torch::empty({shape.total_rows(), kept_},
                           setting_.options.dtype(is_short ? torch::kInt16 : torch::kInt32));
  }

  // NaN counts as the largest. Among equal elements LibTorch's topk picks; equal rows give equal
  // picks.
  void put(std::int64_t first, const torch::Tensor& part) override {
    static const tracer::Name select_elements("select_elements");
    const tracer::OperatorScope scope(select_elements, setting_.name);
    const torch::Tensor rows = part.view({-1, setting_.shape.cols});
    const torch::Tensor largest = std::get<1>(rows.abs().topk(kept_, 1, true, false));
    const torch::Tensor places = std::get<0>(largest.sort(1));
    values_.narrow(0, row_of(first), rows.size(0)).copy_(rows.gather(1, places));
    places_.narrow(0, row_of(first), rows.size(0)).copy_(places);
  }

  torch::Tensor get(std::int64_t first, std::int64_t count) const override {
    static const tracer::Name decompress("decompress");
    const tracer::OperatorScope scope(decompress, setting_.name);
    const std::int64_t rows = row_of(count);
    torch::Tensor part = torch::zeros({rows, setting_.shape.cols}, setting_.options);
    part.scatter_(1, places_.narrow(0, row_of(first), rows).to(torch::kInt64),
                  values_.narrow(0, row_of(first), rows));
    return part.view({count, setting_.shape.unit_elements()});
  }

  Held held() override { return {{"values", &values_}, {"places", &places_}}; }

 private:
  std::int64_t row_of(std::int64_t unit) const {
    return setting_.shape.by_group ? unit * setting_.shape.rows : unit;
  }

  std::int64_t kept_;
  torch::Tensor values_, places_;
};

}  // namespace

std::unique_ptr<Store> make_top(StoreSettings setting) {
  return std::make_unique<Top>(std::move(setting));
}

}  // namespace actscope::core
