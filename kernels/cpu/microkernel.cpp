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

void accumulate_f32(const TermRun<float>* runs, std::int64_t count, const BlockAccess& access,
                    std::int64_t width, float* sums, ReadAhead& ahead) {
  accumulate_tile<float>(runs, count, access, width, sums, ahead);
}

void accumulate_f64(const TermRun<double>* runs, std::int64_t count, const BlockAccess& access,
                    std::int64_t width, double* sums, ReadAhead& ahead) {
  accumulate_tile<double>(runs, count, access, width, sums, ahead);
}

void accumulate_bf16(const TermRun<bfloat16>* runs, std::int64_t count, const BlockAccess& access,
                     std::int64_t width, float* sums, ReadAhead& ahead) {
  accumulate_tile<bfloat16>(runs, count, access, width, sums, ahead);
}

std::int64_t steps_of_tile(std::int64_t features, std::int64_t width) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<float>()));
  const std::int64_t wide = most_vectors * lanes;
  return (features + most_features - 1) / most_features * ((width + wide - 1) / wide);
}

void accumulate_f16(const TermRun<float16>* runs, std::int64_t count, const BlockAccess& access,
                    std::int64_t width, float* sums, ReadAhead& ahead) {
  accumulate_tile<float16>(runs, count, access, width, sums, ahead);
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
HWY_EXPORT(accumulate_bf16);
HWY_EXPORT(accumulate_f16);
HWY_EXPORT(steps_of_tile);
HWY_EXPORT(target_name);

void accumulate(const TermRun<float>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, float* sums, ReadAhead& ahead) {
  HWY_DYNAMIC_DISPATCH(accumulate_f32)(runs, count, access, width, sums, ahead);
}

void accumulate(const TermRun<double>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, double* sums, ReadAhead& ahead) {
  HWY_DYNAMIC_DISPATCH(accumulate_f64)(runs, count, access, width, sums, ahead);
}

void accumulate(const TermRun<bfloat16>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, float* sums, ReadAhead& ahead) {
  HWY_DYNAMIC_DISPATCH(accumulate_bf16)(runs, count, access, width, sums, ahead);
}

std::int64_t kernel_steps(const BlockAccess& access, std::int64_t width, std::int64_t terms) {
  return HWY_DYNAMIC_DISPATCH(steps_of_tile)(access.features, width) * access.depth * terms;
}

void accumulate(const TermRun<float16>* runs, std::int64_t count, const BlockAccess& access,
                std::int64_t width, float* sums, ReadAhead& ahead) {
  HWY_DYNAMIC_DISPATCH(accumulate_f16)(runs, count, access, width, sums, ahead);
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
