// SPDX-License-Identifier: Apache-2.0
#include "tensors/dense_library.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

namespace actscope::core {
namespace {

// Below, setting a call up costs more than the faster product saves.
constexpr std::int64_t least_multiply_adds = std::int64_t{1} << 21;

// oneDNN counts bytes of a matrix's parts in 32 bits; far below that it surely does not refuse.
constexpr std::int64_t most_elements_a_row = std::int64_t{1} << 20;

// As oneDNN looks for it: the first that is set to something.
std::string max_cpu_isa_of_environment() {
  for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

}  // namespace

bool allows_avx512(std::string_view max_cpu_isa) {
  std::string name(max_cpu_isa);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name.empty() || name == "default" || name == "all" || name.starts_with("avx512_core") ||
         name.starts_with("avx10_");
}

DenseProcessor detect_dense_processor() {
  DenseProcessor processor;
#if defined(__x86_64__)
  __builtin_cpu_init();
  processor.is_intel = __builtin_cpu_is("intel") != 0;
  processor.has_avx512 =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      allows_avx512(max_cpu_isa_of_environment());
#endif
  return processor;
}

bool is_brgemm_shape(std::int64_t rows, std::int64_t inner, std::int64_t outputs) {
  // src/cpu/x64/matmul/brgemm_matmul_utils.cpp of oneDNN v3.10.2 leaves "small" shapes to gemm:jit:
  // outputs <= 14528 and (rows <= 768 and inner <= 128, or inner · rows <= 49152).
  const bool is_small = (rows <= 768 && inner <= 128) || inner * rows <= 49152;
  return !is_small && std::max(inner, outputs) <= most_elements_a_row;
}

bool is_for_onednn(const DenseProcessor& processor, std::int64_t rows, std::int64_t inner,
                   std::int64_t outputs) {
  return processor.has_onednn && processor.has_avx512 && !processor.is_intel &&
         rows * inner * outputs >= least_multiply_adds && is_brgemm_shape(rows, inner, outputs);
}

}  // namespace actscope::core
