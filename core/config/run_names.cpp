// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/config/run_names.hpp"

#include <algorithm>

#include "actscope/core/config/run_option.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"

namespace actscope::core {
namespace {

// Names stand in the order of their enumerators.
template <class Enum>
Enum named(const RunConfig& config, const char* field, const std::string& value,
           const std::vector<std::string>& names) {
  check_value(run_option(field), config);
  return static_cast<Enum>(std::ranges::find(names, value) - names.begin());
}

}  // namespace

const std::vector<std::string>& model_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all{"resmlp"};
    all.insert(all.end(), published_models().begin(), published_models().end());
    return all;
  }();
  return names;
}

const std::vector<std::string>& trace_level_names() {
  static const std::vector<std::string> names{"off", "ledger", "timeline", "cupti", "audit"};
  return names;
}

const std::vector<std::string>& device_names() {
  static const std::vector<std::string> names{"cpu", "cuda"};
  return names;
}

const std::vector<std::string>& optimizer_names() {
  static const std::vector<std::string> names{"adamw", "lamb"};
  return names;
}

const std::vector<std::string>& training_dtype_names() {
  static const std::vector<std::string> names{"fp32", "bf16"};
  return names;
}

TraceLevel trace_level_of(const RunConfig& config) {
  return named<TraceLevel>(config, "trace", config.trace, trace_level_names());
}

DeviceKind device_of(const RunConfig& config) {
  return named<DeviceKind>(config, "device", config.device, device_names());
}

OptimizerKind optimizer_of(const RunConfig& config) {
  return named<OptimizerKind>(config, "optimizer", config.optimizer, optimizer_names());
}

}  // namespace actscope::core
