// SPDX-License-Identifier: Apache-2.0
#include "environment/text.hpp"

#include <fmt/format.h>

#include "actscope/base/units.hpp"

namespace actscope::reports {

std::string environment_text(const EnvironmentRecord& e) {
  std::string text =
      fmt::format("{}, {} cores, {}; {}; kernels: {}; Actscope {} ({}), LibTorch {}, {}, {}", e.cpu,
                  e.cores, format_bytes(e.memory_bytes), e.os, e.kernel_backend, e.program_version,
                  e.git_revision, e.libtorch_version, e.compiler, e.build_type);
  if (!e.gpu.empty()) text = e.gpu + ", driver " + e.gpu_driver + "; " + text;
  return text;
}

}  // namespace actscope::reports
