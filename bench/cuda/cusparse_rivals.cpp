// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "rivals.hpp"
#include "spmm.hpp"

namespace actscope::bench::cuda {
namespace {

class CusparseRival : public Rival {
 public:
  CusparseRival(const char* name, const char* message, const Stream& stream) : handle_(stream) {
    facts_.name = name;
    facts_.kind = RivalKind::sparse;
    facts_.message = message;
    describe_cusparse(facts_);
  }

 protected:
  // Errors  Refusal: the blocks are none that the format takes
  static void require_blocks(const Point& point) {
    const std::string reason = reason_against_blocks(point.problem, point.spec);
    if (!reason.empty()) throw Refusal(reason);
  }
  // Xᵀ, its index in device memory.
  void upload(TransposedBlocks blocks) {
    blocks_ = std::move(blocks);
    row_starts_ = uploaded(blocks_.row_starts);
    columns_ = uploaded(blocks_.columns);
  }

  CusparseHandle handle_;
  TransposedBlocks blocks_;
  DeviceMemory row_starts_, columns_, values_;
};

class Bsr : public CusparseRival {
 public:
  explicit Bsr(const Stream& stream)
      : CusparseRival("cusparse-bsr",
                      "cusparseSpMM, Xᵀ as BSR times dY; the product only, blocks given", stream) {}

  void prepare(const Point& point) override {
    require_blocks(point);
    product_.reset();
    const DenseProduct& dense = point.problem.dense;
    upload(transposed_blocks(point.problem, point.spec, point.pruned));
    values_ = uploaded_as(blocks_.values, dense.type.dtype);
    const auto describe = [&] {
      cusparseConstSpMatDescr_t descriptor = nullptr;
      cusparse().check(
          cusparse().create_bsr(&descriptor, blocks_.row_blocks, blocks_.col_blocks,
                                blocks_.kept_blocks(), blocks_.block, blocks_.block,
                                row_starts_.data(), columns_.data(), values_.data(),
                                CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO,
                                data_type(dense.type.dtype), CUSPARSE_ORDER_ROW),
          "cusparseCreateConstBsr");
      return descriptor;
    };
    product_.emplace(handle_, dense, blocks_, describe, CUSPARSE_SPMM_BSR_ALG1);
    facts_.algorithm = product_->report();
  }
  void run() override { product_->run(); }
  std::vector<float> result() const override { return product_->result(); }

 private:
  std::optional<Spmm> product_;
};

// Wants equally many blocks in each block row of Xᵀ, which a selection by block column of X gives.
// Where the point selects otherwise, this rival makes such a selection for itself.
class BlockedEll : public CusparseRival {
 public:
  explicit BlockedEll(const Stream& stream)
      : CusparseRival("cusparse-blocked-ell",
                      "cusparseSpMM, Xᵀ as Blocked-ELL times dY; blocks chosen by column, as many "
                      "in each; the product only, blocks given",
                      stream) {}

  void prepare(const Point& point) override {
    require_blocks(point);
    if (point.problem.is_mixing()) {
      throw Refusal("no selection of token-mix keeps as many blocks a row of Xᵀ");
    }
    product_.reset();
    const DenseProduct& dense = point.problem.dense;
    kernels::BlockSpec spec = point.spec;
    spec.select = kernels::Select::column;
    const PrunedInput pruned = prune(point.problem, spec);
    expected_ = expected_product(dense, pruned.x);
    upload(transposed_blocks(point.problem, spec, pruned));
    const auto a_row = blocks_.blocks_a_row();
    if (!a_row) throw Refusal("the selection by column kept unequal numbers of blocks");
    values_ = uploaded_as(blocked_ell_values(blocks_), dense.type.dtype);
    const auto describe = [&] {
      cusparseConstSpMatDescr_t descriptor = nullptr;
      cusparse().check(
          cusparse().create_blocked_ell(&descriptor, blocks_.features(), blocks_.depth(),
                                        blocks_.block, *a_row * blocks_.block, columns_.data(),
                                        values_.data(), CUSPARSE_INDEX_32I,
                                        CUSPARSE_INDEX_BASE_ZERO, data_type(dense.type.dtype)),
          "cusparseCreateConstBlockedEll");
      return descriptor;
    };
    product_.emplace(handle_, dense, blocks_, describe, CUSPARSE_SPMM_BLOCKED_ELL_ALG1);
    facts_.algorithm = product_->report();
  }
  void run() override { product_->run(); }
  std::vector<float> result() const override { return product_->result(); }
  const std::vector<double>* expected() const override { return &expected_; }

 private:
  std::optional<Spmm> product_;
  std::vector<double> expected_;
};

// The product of cuSPARSE's older interface: column-major, f32 only.
class LegacyBsrmm : public CusparseRival {
 public:
  explicit LegacyBsrmm(const Stream& stream)
      : CusparseRival("cusparse-bsrmm",
                      "cusparseSbsrmm (deprecated), Xᵀ as BSR times dY; the product only, blocks "
                      "given",
                      stream) {
    if (facts_.status == RivalStatus::ok && cusparse().sbsrmm == nullptr) {
      facts_.status = RivalStatus::missing;
      facts_.message = "this cuSPARSE has no cusparseSbsrmm any more";
    }
  }
  ~LegacyBsrmm() override {
    if (descriptor_ != nullptr) cusparse().destroy_descriptor(descriptor_);
  }

  void prepare(const Point& point) override {
    require_blocks(point);
    const DenseProduct& dense = point.problem.dense;
    if (dense.type.dtype != kernels::DType::f32) throw Refusal("cusparseSbsrmm takes f32 only");
    if (descriptor_ == nullptr) {
      cusparse().check(cusparse().create_descriptor(&descriptor_), "cusparseCreateMatDescr");
    }
    upload(transposed_blocks(point.problem, point.spec, point.pruned));
    values_ = uploaded(blocks_.values);
    product_ = DeviceProduct(dense, blocks_.depth(), blocks_.features());
    run();
  }

  // Its D is [outputs, depth] by columns and transposed: dY as it lies. Its result [features,
  // outputs] by columns is G as it lies, rows as long as the padded features.
  void run() override {
    constexpr float one = 1, zero = 0;
    const auto outputs = static_cast<int>(product_.outputs);
    cusparse().check(
        cusparse().sbsrmm(
            handle_.get(), CUSPARSE_DIRECTION_ROW, CUSPARSE_OPERATION_NON_TRANSPOSE,
            CUSPARSE_OPERATION_TRANSPOSE, static_cast<int>(blocks_.row_blocks), outputs,
            static_cast<int>(blocks_.col_blocks), static_cast<int>(blocks_.kept_blocks()), &one,
            descriptor_, static_cast<const float*>(values_.data()),
            static_cast<const int*>(row_starts_.data()), static_cast<const int*>(columns_.data()),
            static_cast<int>(blocks_.block), static_cast<const float*>(product_.d.data()), outputs,
            &zero, static_cast<float*>(product_.result.data()),
            static_cast<int>(blocks_.features())),
        "cusparseSbsrmm");
  }

  std::vector<float> result() const override {
    return narrowed_rows(downloaded<float>(product_.result, product_.outputs * blocks_.features()),
                         product_.outputs, blocks_.features(), product_.features);
  }

 private:
  cusparseMatDescr_t descriptor_ = nullptr;
  DeviceProduct product_;
};

}  // namespace

void add_cusparse_rivals(std::vector<std::unique_ptr<Rival>>& rivals, const Stream& stream) {
  rivals.push_back(std::make_unique<Bsr>(stream));
  rivals.push_back(std::make_unique<BlockedEll>(stream));
  rivals.push_back(std::make_unique<LegacyBsrmm>(stream));
}

}  // namespace actscope::bench::cuda
