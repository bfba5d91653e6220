// SPDX-License-Identifier: Apache-2.0
// int8, int4, int2: codes by group of 128 elements.
#include <numeric>

#include "actscope/kernels/codec.hpp"
#include "actscope/tracer/scope.hpp"
#include "saving/stores/store.hpp"
#include "scheme/stores/store_row.hpp"
#include "tensors/code_passes.hpp"

namespace actscope::core {
namespace {

class Coded final : public Store {
 public:
  explicit Coded(StoreSettings setting)
      : Store(std::move(setting)), bits_(code_bits(setting_.store.kind)) {
    const std::int64_t elements = setting_.shape.elements();
    codes_ =
        torch::empty({kernels::code_bytes(bits_, elements)}, setting_.options.dtype(torch::kUInt8));
    scales_ = torch::empty({kernels::code_groups(elements)}, setting_.options.dtype(torch::kInt32));
  }

  std::int64_t granule() const override {
    return kernels::code_group_elements /
           std::gcd(kernels::code_group_elements, setting_.shape.unit_elements());
  }

  void put(std::int64_t first, const torch::Tensor& part) override {
    static const tracer::Name quantize("quantize");
    const tracer::OperatorScope scope(quantize, setting_.name);
    const std::int64_t element = first * setting_.shape.unit_elements();
    ACTSCOPE_REQUIRES(element % kernels::code_group_elements == 0);
    const std::int64_t group = element / kernels::code_group_elements;
    encode(part, bits_,
           codes_.mutable_data_ptr<std::uint8_t>() + kernels::code_bytes(bits_, element),
           scale_data() + group, {setting_.store.rounding, setting_.draw.seed, group});
  }

  torch::Tensor get(std::int64_t first, std::int64_t count) const override {
    static const tracer::Name dequantize("dequantize");
    const tracer::OperatorScope scope(dequantize, setting_.name);
    torch::Tensor part = setting_.empty_part(count);
    decode(codes(first), part);
    return part;
  }

  kernels::CodedMatrix codes(std::int64_t first) const override {
    return {bits_, codes_.const_data_ptr<std::uint8_t>(), scale_data(),
            first * setting_.shape.unit_elements()};
  }

  Held held() override { return {{"values", &codes_}, {"scales", &scales_}}; }

 private:
  kernels::CodeScale* scale_data() const { return scales_in(scales_); }

  kernels::CodeBits bits_;
  torch::Tensor codes_, scales_;
};

}  // namespace

std::unique_ptr<Store> make_coded(StoreSettings setting) {
  return std::make_unique<Coded>(std::move(setting));
}

}  // namespace actscope::core
