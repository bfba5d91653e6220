// SPDX-License-Identifier: Apache-2.0
#include "typed_values.hpp"

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/float16.hpp"

namespace actscope::bench {
namespace {

template <class Narrow>
std::vector<std::uint16_t> bits_of(const std::vector<float>& values) {
  std::vector<std::uint16_t> bits;
  bits.reserve(values.size());
  for (const float value : values) bits.push_back(Narrow(value).bits);
  return bits;
}

template <class Narrow>
float widened(std::uint16_t bits) {
  Narrow value;
  value.bits = bits;
  return value;
}

}  // namespace

std::vector<std::uint16_t> narrowed(const std::vector<float>& values, kernels::DType dtype) {
  return dtype == kernels::DType::f16 ? bits_of<kernels::float16>(values)
                                      : bits_of<kernels::bfloat16>(values);
}

TypedValues::TypedValues(std::vector<float> values, kernels::DType dtype)
    : values_(std::move(values)) {
  if (dtype == kernels::DType::f32) return;
  narrow_ = narrowed(values_, dtype);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    values_[i] = dtype == kernels::DType::f16 ? widened<kernels::float16>(narrow_[i])
                                              : widened<kernels::bfloat16>(narrow_[i]);
  }
}

const void* TypedValues::data() const {
  return narrow_.empty() ? static_cast<const void*>(values_.data()) : narrow_.data();
}

}  // namespace actscope::bench
