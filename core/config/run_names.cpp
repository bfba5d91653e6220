// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/config/run_names.hpp"

#include <algorithm>

#include "actscope/core/config/run_option.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"

namespace actscope::core {
namespace {

// Names stand in the order of their enumerators.
template <class Enum>
Enum named(const RunConfig& config, std::string RunConfig::*member, const char* field) {
  const RunOption& option = run_option(field);
  check_value(option, config);
  const std::vector<std::string>& names = option.choices();
  return static_cast<Enum>(std::ranges::find(names, config.*member) - names.begin());
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
  return named<TraceLevel>(config, &RunConfig::trace, "trace");
}

DeviceKind device_of(const RunConfig& config) {
  return named<DeviceKind>(config, &RunConfig::device, "device");
}

OptimizerKind optimizer_of(const RunConfig& config) {
  return named<OptimizerKind>(config, &RunConfig::optimizer, "optimizer");
}

}  // namespace actscope::core
