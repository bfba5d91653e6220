// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "rival.hpp"
#include "shared_library.hpp"

namespace actscope::bench {
namespace {

#ifndef ACTSCOPE_XSMM_MODULE
#define ACTSCOPE_XSMM_MODULE ""
#endif

// C[n, m] += Σ_i B_i[n, k] · A_i[k, m], row-major.
using ReduceKernel = void(const float** a, const float** b, float* c,
                          const unsigned long long* count, ...);

constexpr std::int64_t strip = 64;  // outputs a kernel makes at once

// LIBXSMM 1.17 has no product with block-sparse matrices; its batch-reduce kernel runs over the
// kept blocks of a column, whose places the caller gathers. Gᵀ [features, outputs] comes out.
class LibXsmm : public Rival {
 public:
  LibXsmm() {
    facts_.name = "libxsmm";
    facts_.kind = RivalKind::sparse;
    facts_.library = "LIBXSMM";
    static const SharedLibrary library(ACTSCOPE_XSMM_MODULE);
    const auto init = library.function<void()>("actscope_xsmm_init");
    const auto version = library.function<const char*()>("actscope_xsmm_version");
    const auto target = library.function<const char*()>("actscope_xsmm_target");
    dispatch_ = library.function<ReduceKernel*(int, int, int, int, int)>("actscope_xsmm_kernel");
    if (init == nullptr || version == nullptr || target == nullptr || dispatch_ == nullptr) {
      facts_.message = "not built in; apt-get install libxsmm-dev and build again";
      return;
    }
    init();
    facts_.version = std::string(version()) + " " + target();
    facts_.path = file_of(dispatch_);
    facts_.message =
        "its batch-reduce kernels over the kept blocks; the product only, blocks gathered before";
    facts_.status = RivalStatus::ok;
  }

  void prepare(const Point& point) override {
    require_f32(point);
    const DenseProduct& p = point.problem.dense;
    if (point.problem.is_mixing()) {
      throw Refusal("the blocks of token-mix lie across the rows of the product");
    }
    rows_ = point.spec.block_rows;
    cols_ = point.spec.block_cols;
    if (p.depth % rows_ != 0 || p.features % cols_ != 0 || p.outputs % strip != 0) {
      throw Refusal("its kernels are generated for whole blocks only");
    }
    kernel_ = dispatch_(static_cast<int>(strip), static_cast<int>(cols_), static_cast<int>(rows_),
                        static_cast<int>(p.outputs), static_cast<int>(p.outputs));
    if (kernel_ == nullptr) throw Refusal("it generates no kernel for this block");
    product_ = &p;
    gather(point.pruned);
    result_.assign(static_cast<std::size_t>(p.features * p.outputs), 0);
  }

  void run() override {
    const DenseProduct& p = *product_;
    std::ranges::fill(result_, 0.0F);
    const std::int64_t columns = p.features / cols_;
#pragma omp parallel for collapse(2) schedule(dynamic)
    for (std::int64_t column = 0; column < columns; ++column) {
      for (std::int64_t first = 0; first < p.outputs; first += strip) {
        multiply_column(static_cast<std::size_t>(column), first);
      }
    }
  }

  std::vector<float> result() const override {
    std::vector<float> g(result_.size());
    for (std::int64_t f = 0; f < product_->features; ++f) {
      for (std::int64_t o = 0; o < product_->outputs; ++o) {
        g[static_cast<std::size_t>(o * product_->features + f)] =
            result_[static_cast<std::size_t>(f * product_->outputs + o)];
      }
    }
    return g;
  }

 private:
  // Kept blocks, column by column, each stored [block_cols, block_rows].
  void gather(const PrunedInput& pruned) {
    const DenseProduct& p = *product_;
    const auto columns = static_cast<std::size_t>(p.features / cols_);
    values_.clear();
    block_rows_.assign(columns, {});
    first_block_.assign(columns, 0);
    for (std::size_t column = 0; column < columns; ++column) {
      first_block_[column] = values_.size();
      for (std::int64_t row = 0; row < p.depth; row += rows_) {
        const auto at = [&](const std::vector<float>& from, std::int64_t r, std::int64_t c) {
          const std::int64_t feature = static_cast<std::int64_t>(column) * cols_ + c;
          return from[static_cast<std::size_t>((row + r) * p.features + feature)];
        };
        if (at(pruned.mask, 0, 0) == 0) continue;
        block_rows_[column].push_back(row);
        for (std::int64_t c = 0; c < cols_; ++c) {
          for (std::int64_t r = 0; r < rows_; ++r) values_.push_back(at(pruned.x, r, c));
        }
      }
    }
  }

  void multiply_column(std::size_t column, std::int64_t first_output) {
    constexpr std::size_t most = 256;
    const float *a[most], *b[most];
    const std::vector<std::int64_t>& rows = block_rows_[column];
    float* c = result_.data() + static_cast<std::int64_t>(column) * cols_ * product_->outputs +
               first_output;
    for (std::size_t begin = 0; begin < rows.size(); begin += most) {
      const unsigned long long count = std::min(most, rows.size() - begin);
      for (std::size_t i = 0; i < count; ++i) {
        a[i] = product_->d.data() + rows[begin + i] * product_->outputs + first_output;
        b[i] = values_.data() + first_block_[column] +
               (begin + i) * static_cast<std::size_t>(rows_ * cols_);
      }
      kernel_(a, b, c, &count);
    }
  }

  ReduceKernel* (*dispatch_)(int m, int n, int k, int lda, int ldc) = nullptr;
  ReduceKernel* kernel_ = nullptr;
  const DenseProduct* product_ = nullptr;
  std::int64_t rows_ = 0, cols_ = 0;
  std::vector<float> values_, result_;
  std::vector<std::vector<std::int64_t>> block_rows_;
  std::vector<std::size_t> first_block_;
};

}  // namespace

std::unique_ptr<Rival> make_libxsmm() {
  return std::make_unique<LibXsmm>();
}

}  // namespace actscope::bench
