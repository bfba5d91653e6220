// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/backend.hpp"

#include <fmt/format.h>
#include <omp.h>

#include "actscope/base/check.hpp"
#include "device.hpp"
#include "operators.hpp"

namespace actscope::kernels {

std::string_view name_of(Backend backend) {
  switch (backend) {
    case Backend::reference:
      return "reference";
    case Backend::cpu:
      return "cpu";
    case Backend::cuda:
      return "cuda";
  }
  unreachable("the name of no known back end");
}

bool is_built(Backend backend) noexcept {
  return backend != Backend::cuda || cuda_is_built();
}

bool is_usable(Backend backend) noexcept {
  return backend != Backend::cuda || cuda_is_usable();
}

std::string describe(Backend backend) {
  switch (backend) {
    case Backend::reference:
      return "reference, 1 thread";
    case Backend::cpu:
      return fmt::format("cpu {}, {} threads", cpu_instruction_set(), omp_get_max_threads());
    case Backend::cuda:
      return cuda_description();
  }
  unreachable("a description of no known back end");
}

const OperatorTable& operators_of(Backend backend) {
  switch (backend) {
    case Backend::reference:
      return reference_operators();
    case Backend::cpu:
      return cpu_operators();
    case Backend::cuda:
      return cuda_operators();
  }
  unreachable("operators of no known back end");
}

}  // namespace actscope::kernels
