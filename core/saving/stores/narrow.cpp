// SPDX-License-Identifier: Apache-2.0
// bf16, fp8: floats of fewer bits.
#include "scheme/stores/narrow.hpp"
#include "actscope/kernels/narrow_float.hpp"
#include "actscope/tracer/scope.hpp"
#include "saving/stores/store.hpp"
#include "tensors/code_passes.hpp"

namespace actscope::core {
namespace {

class Narrow final : public Store {
 public:
  explicit Narrow(StoreSettings setting)
      : Store(std::move(setting)), format_(narrow_float(setting_.store.kind)) {
    const bool is_bf16 = format_ == kernels::NarrowFloat::bf16;
    values_ = torch::empty({setting_.shape.elements()},
                           setting_.options.dtype(is_bf16 ? torch::kBFloat16 : torch::kUInt8));
  }

  void put(std::int64_t first, const torch::Tensor& part) override {
    static const tracer::Name narrow("narrow");
    const tracer::OperatorScope scope(narrow, setting_.name);
    narrow_into(part, format_, place(first));
  }

  torch::Tensor get(std::int64_t first, std::int64_t count) const override {
    static const tracer::Name widen("widen");
    const tracer::OperatorScope scope(widen, setting_.name);
    torch::Tensor part = setting_.empty_part(count);
    widen_over(part, format_, place(first));
    return part;
  }

  Held held() override { return {{"values", &values_}}; }

 private:
  void* place(std::int64_t first) const {
    return static_cast<char*>(values_.mutable_data_ptr()) +
           kernels::narrow_bytes(format_, first * setting_.shape.unit_elements());
  }

  kernels::NarrowFloat format_;
  torch::Tensor values_;
};

}  // namespace

std::unique_ptr<Store> make_narrow(StoreSettings setting) {
  return std::make_unique<Narrow>(std::move(setting));
}

}  // namespace actscope::core
