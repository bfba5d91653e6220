// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include "kernels/rival.hpp"
#include "kernels/shared_library.hpp"

namespace actscope::bench {
namespace {

using at::Tensor;

// A view of numbers that somebody else owns.
Tensor view_of(const std::vector<float>& values, std::int64_t rows, std::int64_t cols) {
  return at::from_blob(const_cast<float*>(values.data()), {rows, cols}, at::kFloat);
}

std::vector<float> values_of(const Tensor& tensor) {
  const Tensor whole = tensor.to(at::kFloat).contiguous();
  return {whole.data_ptr<float>(), whole.data_ptr<float>() + whole.numel()};
}

class TorchRival : public Rival {
 public:
  TorchRival(const char* name, RivalKind kind, const char* message) {
    std::string mkl = at::get_mkl_version();
    if (mkl.ends_with('\n')) mkl.pop_back();
    facts_.name = name;
    facts_.kind = kind;
    facts_.library = "LibTorch";
    facts_.version = std::string(TORCH_VERSION) + ", " + mkl;
    facts_.path = file_of(&at::get_mkl_version);
    facts_.status = RivalStatus::ok;
    facts_.message = message;
  }

  void prepare(const Point& point) override {
    const DenseProduct& p = point.problem.dense;
    const auto type = p.type == bf16 ? at::kBFloat16 : p.type == fp16 ? at::kHalf : at::kFloat;
    d_ = view_of(p.d, p.depth, p.outputs).to(type);
    x_ = view_of(p.x, p.depth, p.features).to(type);
    result_ = at::empty({p.outputs, p.features}, type);
  }
  std::vector<float> result() const override { return values_of(result_); }

 protected:
  Tensor d_, x_, result_;
};

class TorchDense : public TorchRival {
 public:
  TorchDense() : TorchRival(libtorch_name, RivalKind::dense, "at::mm") {}
  void run() override { at::mm_out(result_, d_.t(), x_); }
};

class TorchMasked : public TorchRival {
 public:
  TorchMasked()
      : TorchRival("libtorch-masked", RivalKind::masked,
                   "at::mul by the mask, then at::mm; the mask was made before") {}
  void prepare(const Point& point) override {
    TorchRival::prepare(point);
    const DenseProduct& p = point.problem.dense;
    mask_ = view_of(point.pruned.mask, p.depth, p.features).to(x_.scalar_type());
    masked_ = at::empty_like(x_);
  }
  void run() override {
    at::mul_out(masked_, x_, mask_);
    at::mm_out(result_, d_.t(), masked_);
  }

 private:
  Tensor mask_, masked_;
};

// LibTorch warns once that BSR tensors are in beta, on stderr.
class Silence : public c10::WarningHandler {
 public:
  void process(const c10::Warning&) override {}
};

// Xᵀ as a sparse BSR tensor times dY.
class TorchBsr : public TorchRival {
 public:
  TorchBsr()
      : TorchRival(
            "libtorch-bsr", RivalKind::sparse,
            "a BSR tensor times the gradient; the product only, the tensor was made before") {}
  void prepare(const Point& point) override {
    TorchRival::prepare(point);
    const DenseProduct& p = point.problem.dense;
    if (point.problem.is_mixing()) {
      throw Refusal("the blocks of token-mix lie across the rows of the product");
    }
    Silence silence;
    const c10::WarningUtils::WarningHandlerGuard guard(&silence);
    sparse_ = view_of(point.pruned.x, p.depth, p.features)
                  .to(x_.scalar_type())
                  .t()
                  .contiguous()
                  .to_sparse_bsr({point.spec.block_cols, point.spec.block_rows});
  }
  void run() override { result_ = at::mm(sparse_, d_).t(); }

 private:
  Tensor sparse_;
};

}  // namespace

std::vector<std::unique_ptr<Rival>> make_torch_rivals(std::int64_t threads) {
  at::set_num_threads(static_cast<int>(threads));
  std::vector<std::unique_ptr<Rival>> rivals;
  rivals.push_back(std::make_unique<TorchDense>());
  rivals.push_back(std::make_unique<TorchMasked>());
  rivals.push_back(std::make_unique<TorchBsr>());
  return rivals;
}

}  // namespace actscope::bench
