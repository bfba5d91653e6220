// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "lt_product.hpp"
#include "mask.hpp"
#include "rivals.hpp"

namespace actscope::bench::cuda {
namespace {

// What a plain LibTorch step calls: the library chooses the algorithm, the result has the operands'
// type.
class CublasDefault : public Rival {
 public:
  explicit CublasDefault(const Stream& stream) : stream_(stream) {
    facts_.name = "cublas";
    facts_.message = "cublasGemmEx, the algorithm that it chooses itself";
    describe_cublas(facts_);
  }
  ~CublasDefault() override {
    if (handle_ != nullptr) cublas().destroy(handle_);
  }

  void prepare(const Point& point) override {
    if (handle_ == nullptr) {
      cublas().check(cublas().create(&handle_), "cublasCreate");
      cublas().check(cublas().set_stream(handle_, stream_.get()), "cublasSetStream");
    }
    product_ = DeviceProduct(point.problem.dense);
    run();
  }

  void run() override {
    constexpr float one = 1, zero = 0;
    const cudaDataType type = data_type(product_.type.dtype);
    const auto features = static_cast<int>(product_.features);
    const auto outputs = static_cast<int>(product_.outputs);
    cublas().check(
        cublas().gemm_ex(handle_, CUBLAS_OP_N, CUBLAS_OP_T, features, outputs,
                         static_cast<int>(product_.depth), &one, product_.x.data(), type, features,
                         product_.d.data(), type, outputs, &zero, product_.result.data(), type,
                         features, compute_type(product_.type), CUBLAS_GEMM_DEFAULT),
        "cublasGemmEx");
  }

  std::vector<float> result() const override {
    return downloaded_from(product_.result, product_.outputs * product_.features,
                           data_type(product_.type.dtype));
  }

 private:
  const Stream& stream_;
  cublasHandle_t handle_ = nullptr;
  DeviceProduct product_;
};

class CublasLtDense : public Rival {
 public:
  explicit CublasLtDense(const Stream& stream) : stream_(stream) {
    facts_.name = "cublaslt";
    facts_.message = "the fastest of the algorithms that its heuristics propose";
    describe_cublas_lt(facts_);
  }

  void prepare(const Point& point) override {
    best_.reset();
    product_ = DeviceProduct(point.problem.dense);
    best_.emplace(product_, nullptr, stream_);
    facts_.algorithm = best_->algorithm();
  }
  void run() override { best_->run(); }
  std::vector<float> result() const override { return best_->result(); }

 private:
  const Stream& stream_;
  DeviceProduct product_;
  std::optional<LtProduct> best_;
};

class CublasLtMasked : public Rival {
 public:
  explicit CublasLtMasked(const Stream& stream) : stream_(stream) {
    facts_.name = "cublaslt-masked";
    facts_.kind = RivalKind::masked;
    facts_.message = "input times mask, then cuBLASLt's fastest; the mask was made before";
    describe_cublas_lt(facts_);
  }

  void prepare(const Point& point) override {
    best_.reset();
    const DenseProduct& dense = point.problem.dense;
    product_ = DeviceProduct(dense);
    mask_ = uploaded_as(point.pruned.mask, dense.type.dtype);
    masked_ = DeviceMemory(product_.x.bytes());
    multiply();  // so that algorithms are chosen on the numbers that they get
    best_.emplace(product_, &masked_, stream_);
    facts_.algorithm = best_->algorithm();
  }
  void run() override {
    multiply();
    best_->run();
  }
  std::vector<float> result() const override { return best_->result(); }

 private:
  void multiply() {
    apply_mask(product_.type.dtype, product_.x.data(), mask_.data(), masked_.data(),
               product_.depth * product_.features, stream_.get());
  }

  const Stream& stream_;
  DeviceProduct product_;
  DeviceMemory mask_, masked_;
  std::optional<LtProduct> best_;
};

}  // namespace

void add_cublas_rivals(std::vector<std::unique_ptr<Rival>>& rivals, const Stream& stream) {
  rivals.push_back(std::make_unique<CublasDefault>(stream));
  rivals.push_back(std::make_unique<CublasLtDense>(stream));
  rivals.push_back(std::make_unique<CublasLtMasked>(stream));
}

}  // namespace actscope::bench::cuda
