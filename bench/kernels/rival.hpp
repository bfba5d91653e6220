// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stdexcept>
#include <vector>

#include "actscope/base/kernels_bench_record.hpp"
#include "problem.hpp"

namespace actscope::bench {

/// A rival does not take a type, shape or block; the text says why.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a rival is asked for; outlives its runs.
struct Point {
  const Problem& problem;
  const kernels::BlockSpec& spec;
  const PrunedInput& pruned;
};

/// Another way to the gradient, prepared and run by the timing loop.
class Rival {
 public:
  Rival() = default;
  Rival(const Rival&) = delete;
  Rival& operator=(const Rival&) = delete;
  virtual ~Rival() = default;

  /// Name, kind, library, version, path; status missing with the remedy where it cannot run here.
  const KernelRival& facts() const { return facts_; }

  /// Errors  Refusal, or what the library throws
  virtual void prepare(const Point& point) = 0;
  /// Requires prepare
  virtual void run() = 0;
  /// What the last run gave.
  /// Shapes  [outputs, features]
  virtual std::vector<float> result() const = 0;
  /// The product that result() is compared with where the format wants another selection than the
  /// point's; null: the point's product.
  /// Shapes  [outputs, features]
  virtual const std::vector<double>* expected() const { return nullptr; }

 protected:
  KernelRival facts_;
};

/// For rivals that we call through an interface for f32 only.
/// Errors  Refusal: another type
inline void require_f32(const Point& point) {
  if (point.problem.dense.type == fp32) return;
  throw Refusal("the product that is called here takes f32 only");
}

/// A library that multiplies the unpruned input: G = Dᵀ X.
class DenseRival : public Rival {
 public:
  void prepare(const Point& point) override {
    require_f32(point);
    product_ = &point.problem.dense;
    result_.assign(static_cast<std::size_t>(product_->outputs * product_->features), 0);
  }
  void run() override { multiply(*product_, result_.data()); }
  std::vector<float> result() const override { return result_; }

 private:
  virtual void multiply(const DenseProduct& product, float* g) = 0;

  const DenseProduct* product_ = nullptr;
  std::vector<float> result_;
};

std::unique_ptr<Rival> make_openblas(std::int64_t threads);
std::unique_ptr<Rival> make_blis(std::int64_t threads);
std::unique_ptr<Rival> make_onednn();
std::unique_ptr<Rival> make_libxsmm();
/// LibTorch's own dense product, first; mask times input and then that product; its BSR tensors.
/// Without LibTorch they are missing.
std::vector<std::unique_ptr<Rival>> make_torch_rivals(std::int64_t threads);

/// All rivals in host memory, dense ones first. Each runs with `threads` threads; those of OpenMP
/// are set by the caller.
std::vector<std::unique_ptr<Rival>> make_host_rivals(std::int64_t threads);

/// Name of LibTorch's dense product in every list.
inline constexpr const char* libtorch_name = "libtorch";

}  // namespace actscope::bench
