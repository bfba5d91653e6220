// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/exit_code.hpp"

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

template <class... Types>
bool is_any_of(const std::exception& error) noexcept {
  return ((dynamic_cast<const Types*>(&error) != nullptr) || ...);
}

}  // namespace

ExitCode exit_code_of(const std::exception& error) noexcept {
  if (is_any_of<ConfigError, ShapeMismatch, UnsupportedBlockSize>(error)) return ExitCode::usage;
  if (is_any_of<DataError, ReportFormatError>(error)) return ExitCode::invalid_input;
  if (is_any_of<BackendNotBuilt, DeviceError, EnvironmentError>(error)) {
    return ExitCode::environment;
  }
  return ExitCode::run_failed;
}

}  // namespace actscope
