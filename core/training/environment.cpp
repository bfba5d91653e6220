// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/environment.hpp"

#include "actscope/base/machine.hpp"
#include "actscope/core/config/run_names.hpp"
#include "actscope/kernels/backend.hpp"

namespace actscope::core {

EnvironmentRecord describe_environment() {
  EnvironmentRecord record = describe_machine();
  record.kernel_backend = kernels::describe(kernels::Backend::cpu);
  if (kernels::is_usable(kernels::Backend::cuda)) {
    record.gpu = kernels::describe(kernels::Backend::cuda);
  }
  return record;
}

EnvironmentRecord environment_of(const RunConfig& config) {
  EnvironmentRecord record = describe_environment();
  if (device_of(config) == DeviceKind::cuda)
    record.kernel_backend = kernels::describe(kernels::Backend::cuda);
  return record;
}

}  // namespace actscope::core
