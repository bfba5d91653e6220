// SPDX-License-Identifier: Apache-2.0
#include "tensors/code_passes.hpp"

#include "tensors/tensor_views.hpp"

namespace actscope::core {
using torch::Tensor;

Tensor as_codable(const Tensor& values) {
  return is_narrow(values) ? values.to(torch::kFloat32) : values;
}

void encode(const Tensor& values, kernels::CodeBits bits, std::uint8_t* codes,
            kernels::CodeScale* scales, const kernels::Rounding& rounding) {
  const Tensor from = as_codable(values);
  kernels::quantize(context_of(from), dtype_of(from), from.const_data_ptr(), from.numel(), bits,
                    codes, scales, rounding);
}

void decode(const kernels::CodedMatrix& coded, Tensor& values) {
  write_codable(values, [&](const Tensor& room) {
    kernels::dequantize(context_of(room), dtype_of(room), coded.bits, coded.codes, coded.scales,
                        coded.first_element, room.numel(), room.mutable_data_ptr());
  });
}

void narrow_into(const Tensor& values, kernels::NarrowFloat format, void* narrow) {
  const Tensor from = as_codable(values);
  kernels::narrow_values(context_of(from), dtype_of(from), from.const_data_ptr(), from.numel(),
                         format, narrow);
}

void widen_over(Tensor& values, kernels::NarrowFloat format, const void* narrow) {
  write_codable(values, [&](const Tensor& room) {
    kernels::widen_values(context_of(room), dtype_of(room), format, narrow, room.numel(),
                          room.mutable_data_ptr());
  });
}

}  // namespace actscope::core
