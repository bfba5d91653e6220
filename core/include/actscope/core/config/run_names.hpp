// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/run_config.hpp"

namespace actscope::core {

/// What is recorded of a run; each level records what those before it do.
enum class TraceLevel {
  off,       ///< nothing
  ledger,    ///< every byte kept for backward, by layer and slot
  timeline,  ///< and allocations and operators of a few steps
  cupti,     ///< and the kernels of a GPU
  audit      ///< and cross-checks
};
enum class DeviceKind { cpu, cuda };
enum class OptimizerKind { adamw, lamb };

/// What a name in a configuration stands for.
/// Errors  ConfigError: no such name, with those there are
TraceLevel trace_level_of(const RunConfig& config);
DeviceKind device_of(const RunConfig& config);
OptimizerKind optimizer_of(const RunConfig& config);

/// Whether operators and allocations are recorded as well.
constexpr bool has_timeline(TraceLevel level) {
  return level >= TraceLevel::timeline;
}

/// All names, in the order of help texts.
const std::vector<std::string>& model_names();
const std::vector<std::string>& trace_level_names();
const std::vector<std::string>& device_names();
const std::vector<std::string>& optimizer_names();
/// Types of activations in training; the parameters stay fp32.
const std::vector<std::string>& training_dtype_names();

}  // namespace actscope::core
