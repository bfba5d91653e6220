// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/run_record.hpp"

namespace actscope::app {

/// A few lines for the terminal: bytes, time, accuracy, warnings, where the report is.
std::string run_summary(const RunRecord& record);

/// The record of a run that has measured nothing: its configuration, environment and predicted
/// footprint, every measured figure absent for `reason`.
/// Errors  ConfigError, UnsupportedBlockSize: as core::footprint_of
RunRecord unmeasured_record(const RunConfig& config, RunStatus status, const std::string& reason);

}  // namespace actscope::app
