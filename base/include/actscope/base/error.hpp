// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace actscope {

/// Root of every error that Actscope raises.
///
/// The text follows one grammar: what is wrong, why in brackets (expected and actual), what to try;
/// `error_text` builds it. Leaves exist only where a caller reacts differently: each maps to one
/// exit code (see exit_code.hpp).
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message,
                 std::source_location where = std::source_location::current())
      : std::runtime_error(message), where_(where) {}

  const std::source_location& where() const noexcept { return where_; }

 private:
  std::source_location where_;
};

/// Two arrays, or an array and a layout, disagree in a length.
class ShapeMismatch : public Error {
 public:
  using Error::Error;
};

/// A block size that the operator or back end does not take.
class UnsupportedBlockSize : public Error {
 public:
  using Error::Error;
};

/// The asked back end is not part of this build.
class BackendNotBuilt : public Error {
 public:
  using Error::Error;
};

/// The environment refuses: no usable device, no permission, a full disk, a vendor call failed.
class DeviceError : public Error {
 public:
  using Error::Error;
};

/// The environment refuses a file: not writable, disk full, folder not empty.
class EnvironmentError : public Error {
 public:
  using Error::Error;
};

/// The tracer could not be set up as asked. Never thrown into an observed program.
class TraceError : public Error {
 public:
  using Error::Error;
};

/// A report file is truncated, wrong-typed, from a newer major version, or not ours.
class ReportFormatError : public Error {
 public:
  using Error::Error;
};

/// An option or configuration value is wrong.
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// A data set, weights or checkpoint file is missing, truncated or wrong.
class DataError : public Error {
 public:
  using Error::Error;
};

/// The run itself failed: diverged, out of memory.
class RunError : public Error {
 public:
  using Error::Error;
};

/// Builds "what [why]; remedy" on one line; empty parts are left out, line breaks become spaces.
std::string error_text(std::string_view what, std::string_view why = {},
                       std::string_view remedy = {});

}  // namespace actscope
