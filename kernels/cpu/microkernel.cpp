// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/microkernel.cpp"  // NOLINT: read by foreach_target
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/microkernel-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {

void accumulate_f32(const BlockTerm<float>* blocks, std::int64_t count, std::int64_t depth,
                    std::int64_t k_stride, std::int64_t features, std::int64_t f_stride,
                    float* sums) {
  accumulate_tile<float>(blocks, count, depth, k_stride, features, f_stride, sums);
}

void accumulate_f64(const BlockTerm<double>* blocks, std::int64_t count, std::int64_t depth,
                    std::int64_t k_stride, std::int64_t features, std::int64_t f_stride,
                    double* sums) {
  accumulate_tile<double>(blocks, count, depth, k_stride, features, f_stride, sums);
}

const char* target_name() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "device.hpp"

namespace actscope::kernels {
namespace cpu {

HWY_EXPORT(accumulate_f32);
HWY_EXPORT(accumulate_f64);
HWY_EXPORT(target_name);

void accumulate(const BlockTerm<float>* blocks, std::int64_t count, std::int64_t depth,
                std::int64_t k_stride, std::int64_t features, std::int64_t f_stride, float* sums) {
  HWY_DYNAMIC_DISPATCH(accumulate_f32)(blocks, count, depth, k_stride, features, f_stride, sums);
}

void accumulate(const BlockTerm<double>* blocks, std::int64_t count, std::int64_t depth,
                std::int64_t k_stride, std::int64_t features, std::int64_t f_stride, double* sums) {
  HWY_DYNAMIC_DISPATCH(accumulate_f64)(blocks, count, depth, k_stride, features, f_stride, sums);
}

const char* chosen_target() {
  return HWY_DYNAMIC_DISPATCH(target_name)();
}

}  // namespace cpu

std::string cpu_instruction_set() {
  return cpu::chosen_target();
}

}  // namespace actscope::kernels
#endif  // HWY_ONCE
