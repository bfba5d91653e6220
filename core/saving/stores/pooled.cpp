// SPDX-License-Identifier: Apache-2.0
// pool: the mean of every square of the token grid, channel by channel. A rival of block pruning
// (arXiv:2409.11902). Squares that the edge cuts are means of what is there.
#include <torch/nn/functional/pooling.h>
#include <torch/types.h>

#include "actscope/core/scheme/store_bytes.hpp"
#include "actscope/tracer/scope.hpp"
#include "saving/stores/store.hpp"

namespace actscope::core {
namespace {

namespace functional = torch::nn::functional;

class Pooled final : public Store {
 public:
  explicit Pooled(StoreSettings setting)
      : Store(std::move(setting)),
        side_(grid_side(setting_.shape.image_rows)),
        squares_(pooled_side(setting_.shape.image_rows, setting_.store.pool_side)) {
    const std::int64_t images = setting_.shape.total_rows() / setting_.shape.image_rows;
    values_ = torch::empty({images, squares_ * squares_, setting_.shape.cols}, setting_.options);
  }

  std::int64_t granule() const override {
    return setting_.shape.by_group ? 1 : setting_.shape.image_rows;
  }

  void put(std::int64_t first, const torch::Tensor& part) override {
    static const tracer::Name pool("pool");
    const tracer::OperatorScope scope(pool, setting_.name);
    const std::int64_t cols = setting_.shape.cols;
    const torch::Tensor maps = part.view({-1, side_, side_, cols}).permute({0, 3, 1, 2});
    const torch::Tensor means =
        functional::avg_pool2d(maps, functional::AvgPool2dFuncOptions(setting_.store.pool_side)
                                         .ceil_mode(true)
                                         .count_include_pad(false));
    values_.narrow(0, image_of(first), maps.size(0))
        .copy_(means.permute({0, 2, 3, 1}).reshape({maps.size(0), -1, cols}));
  }

  // Every token has the mean of its square.
  torch::Tensor get(std::int64_t first, std::int64_t count) const override {
    static const tracer::Name unpool("unpool");
    const tracer::OperatorScope scope(unpool, setting_.name);
    const torch::Tensor steps =
        torch::floor_divide(torch::arange(side_, values_.options().dtype(torch::kInt64)),
                            torch::Scalar(setting_.store.pool_side));
    const torch::Tensor square =
        (steps.unsqueeze(1) * squares_ + steps.unsqueeze(0)).flatten();  // [tokens]
    return values_.narrow(0, image_of(first), image_of(count))
        .index_select(1, square)
        .view({count, setting_.shape.unit_elements()});
  }

  Held held() override { return {{"values", &values_}}; }

 private:
  std::int64_t image_of(std::int64_t unit) const {
    return setting_.shape.by_group ? unit : unit / setting_.shape.image_rows;
  }

  std::int64_t side_, squares_;
  torch::Tensor values_;
};

}  // namespace

std::unique_ptr<Store> make_pooled(StoreSettings setting) {
  return std::make_unique<Pooled>(std::move(setting));
}

}  // namespace actscope::core
