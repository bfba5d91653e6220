// SPDX-License-Identifier: Apache-2.0
#include "spmm.hpp"

#include <utility>

namespace actscope::bench::cuda {
namespace {

constexpr float one = 1, zero = 0;
constexpr cusparseOperation_t as_it_is = CUSPARSE_OPERATION_NON_TRANSPOSE;

}  // namespace

CusparseHandle::~CusparseHandle() {
  if (handle_ != nullptr) cusparse().destroy(handle_);
}

cusparseHandle_t CusparseHandle::get() {
  if (handle_ == nullptr) {
    cusparse().check(cusparse().create(&handle_), "cusparseCreate");
    cusparse().check(cusparse().set_stream(handle_, stream_.get()), "cusparseSetStream");
  }
  return handle_;
}

// By rows, D and Gᵀ are as they lie. By columns, dY as it lies is Dᵀ, and Gᵀ is G as it lies.
class Spmm::Form {
 public:
  Form(const Spmm& of, cudaDataType result_type, cusparseOrder_t order)
      : of_(of), result_type_(result_type), order_(order) {}
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;
  ~Form() {
    if (d_ != nullptr) cusparse().destroy_dense(d_);
    if (result_ != nullptr) cusparse().destroy_dense(result_);
  }

  // Makes the descriptors, asks for the buffer and runs once.
  cusparseStatus_t prepare() {
    const Cusparse& table = cusparse();
    const DeviceProduct& p = of_.product_;
    const cudaDataType type = data_type(p.type.dtype);
    cusparseStatus_t status = is_by_rows()
                                  ? table.create_dense(&d_, of_.padded_depth_, p.outputs, p.outputs,
                                                       p.d.data(), type, order_)
                                  : table.create_dense(&d_, p.outputs, of_.padded_depth_, p.outputs,
                                                       p.d.data(), type, order_);
    if (status != CUSPARSE_STATUS_SUCCESS) return status;
    status = table.create_dense(&result_, of_.padded_features_, p.outputs,
                                is_by_rows() ? p.outputs : of_.padded_features_, p.result.data(),
                                result_type_, order_);
    if (status != CUSPARSE_STATUS_SUCCESS) return status;
    std::size_t bytes = 0;
    status = table.spmm_buffer_size(of_.handle_.get(), as_it_is, operation(), &one, of_.sparse_, d_,
                                    &zero, result_, CUDA_R_32F, of_.algorithm_, &bytes);
    if (status != CUSPARSE_STATUS_SUCCESS) return status;
    buffer_ = DeviceMemory(static_cast<std::int64_t>(bytes));
    // Preprocessing is optional and missing for some formats; the product says whether it works.
    (void)table.spmm_preprocess(of_.handle_.get(), as_it_is, operation(), &one, of_.sparse_, d_,
                                &zero, result_, CUDA_R_32F, of_.algorithm_, buffer_.data());
    return enqueue();
  }

  cusparseStatus_t enqueue() const {
    return cusparse().spmm(of_.handle_.get(), as_it_is, operation(), &one, of_.sparse_, d_, &zero,
                           result_, CUDA_R_32F, of_.algorithm_, buffer_.data());
  }

  std::vector<float> result() const {
    const DeviceProduct& p = of_.product_;
    const std::vector<float> values =
        downloaded_from(p.result, of_.padded_features_ * p.outputs, result_type_);
    return is_by_rows() ? transposed(values, of_.padded_features_, p.outputs, p.features)
                        : narrowed_rows(values, p.outputs, of_.padded_features_, p.features);
  }

  std::string name() const {
    return std::string(name_of(data_type(of_.product_.type.dtype))) + " to " +
           name_of(result_type_) + (is_by_rows() ? " by rows" : " by columns");
  }

 private:
  bool is_by_rows() const { return order_ == CUSPARSE_ORDER_ROW; }
  cusparseOperation_t operation() const {
    return is_by_rows() ? as_it_is : CUSPARSE_OPERATION_TRANSPOSE;
  }

  const Spmm& of_;
  cudaDataType result_type_;
  cusparseOrder_t order_;
  cusparseDnMatDescr_t d_ = nullptr, result_ = nullptr;
  DeviceMemory buffer_;
};

Spmm::Spmm(CusparseHandle& handle, const DenseProduct& dense, const TransposedBlocks& blocks,
           const Describe& describe, cusparseSpMMAlg_t algorithm)
    : handle_(handle),
      product_(dense, blocks.depth(), blocks.features()),
      padded_depth_(blocks.depth()),
      padded_features_(blocks.features()),
      algorithm_(algorithm),
      stopwatch_(handle.stream()) {
  (void)handle_.get();
  sparse_ = describe();
  try {
    for (const cudaDataType type : result_types(product_.type.dtype)) {
      for (const cusparseOrder_t order : {CUSPARSE_ORDER_ROW, CUSPARSE_ORDER_COL}) {
        try_form(type, order);
      }
    }
    if (best_ == nullptr) throw Refusal(report_);
  } catch (...) {
    cusparse().destroy_sparse(sparse_);
    throw;
  }
  report_ = best_->name() + " is the fastest of: " + report_;
  if (product_.type.precision == kernels::Precision::tf32) {
    report_ += "; there is no switch for TF32";
  }
}

Spmm::~Spmm() {
  best_.reset();
  cusparse().destroy_sparse(sparse_);
}

void Spmm::try_form(cudaDataType result_type, cusparseOrder_t order) {
  auto form = std::make_unique<Form>(*this, result_type, order);
  const cusparseStatus_t status = form->prepare();
  report_ += (report_.empty() ? "" : "; ") + form->name();
  if (status != CUSPARSE_STATUS_SUCCESS) {
    report_ += " refused: " + cusparse().text_of(status);
    return;
  }
  const double time_s = quick_time_s(stopwatch_, [&] { (void)form->enqueue(); });
  if (best_ != nullptr && time_s >= best_s_) return;
  best_ = std::move(form);
  best_s_ = time_s;
}

void Spmm::run() {
  cusparse().check(best_->enqueue(), "cusparseSpMM");
}

std::vector<float> Spmm::result() const {
  return best_->result();
}

}  // namespace actscope::bench::cuda
