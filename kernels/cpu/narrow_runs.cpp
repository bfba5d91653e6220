// SPDX-License-Identifier: Apache-2.0
#include "cpu/narrow_runs.hpp"

#include <bit>

#include "common/narrow_bits.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/narrow_runs.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/code_vectors-inl.hpp"
#include "cpu/row_vectors-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void narrow_bf16(const float* values, std::int64_t count, std::uint16_t* narrow) {
  const Floats d;
  std::int64_t i = for_each_vector(
      count, [&](std::int64_t k) HWY_ATTR { store_bf16(d, hn::LoadU(d, values + k), narrow + k); });
  for (; i < count; ++i) narrow[i] = bf16_from_f32(std::bit_cast<std::uint32_t>(values[i]));
}

void narrow_fp8(const float* values, std::int64_t count, std::uint8_t* narrow) {
  const Floats d;
  std::int64_t i = for_each_vector(count, [&](std::int64_t k) HWY_ATTR {
    store_code_bytes(fp8_bits(d, hn::LoadU(d, values + k)), narrow + k);
  });
  for (; i < count; ++i) narrow[i] = fp8_from_f32(std::bit_cast<std::uint32_t>(values[i]));
}

void widen_bf16(const std::uint16_t* narrow, std::int64_t count, float* values) {
  const Floats d;
  std::int64_t i = for_each_vector(
      count, [&](std::int64_t k) HWY_ATTR { hn::StoreU(load_bf16(d, narrow + k), d, values + k); });
  for (; i < count; ++i) values[i] = std::bit_cast<float>(f32_from_bf16(narrow[i]));
}

void widen_fp8(const std::uint8_t* narrow, std::int64_t count, float* values) {
  const Floats d;
  std::int64_t i = for_each_vector(count, [&](std::int64_t k) HWY_ATTR {
    const hn::Rebind<std::uint8_t, Floats> bytes;
    const auto bits = hn::PromoteTo(Bits(), hn::LoadU(bytes, narrow + k));
    hn::StoreU(fp8_numbers(d, bits), d, values + k);
  });
  for (; i < count; ++i) values[i] = std::bit_cast<float>(f32_from_fp8(narrow[i]));
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace actscope::kernels::cpu {

HWY_EXPORT(narrow_bf16);
HWY_EXPORT(narrow_fp8);
HWY_EXPORT(widen_bf16);
HWY_EXPORT(widen_fp8);

void narrow_run(const float* values, std::int64_t count, std::uint16_t* bf16) {
  HWY_DYNAMIC_DISPATCH(narrow_bf16)(values, count, bf16);
}
void narrow_run(const float* values, std::int64_t count, std::uint8_t* fp8) {
  HWY_DYNAMIC_DISPATCH(narrow_fp8)(values, count, fp8);
}
void widen_run(const std::uint16_t* bf16, std::int64_t count, float* values) {
  HWY_DYNAMIC_DISPATCH(widen_bf16)(bf16, count, values);
}
void widen_run(const std::uint8_t* fp8, std::int64_t count, float* values) {
  HWY_DYNAMIC_DISPATCH(widen_fp8)(fp8, count, values);
}

}  // namespace actscope::kernels::cpu
#endif  // HWY_ONCE
