// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/plan_record.hpp"

namespace actscope::app {

/// Reads a plan that a run is to obey.
/// Errors  DataError: no such file; ReportFormatError; ConfigError: a plan without layers, for
///         which nothing fitted
PlanRecord read_plan(const std::string& file);

/// Gives `config` the model, batch, machine, stores and budget that the plan is for.
void take_plan(const PlanRecord& plan, RunConfig& config);

/// Errors  ConfigError: an option beside the plan contradicts it; the error names the option
void require_as_planned(const PlanRecord& plan, const RunConfig& config);

}  // namespace actscope::app
