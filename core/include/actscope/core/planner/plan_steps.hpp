// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actscope/base/plan_record.hpp"

namespace actscope::core {

/// What the measurements behind a plan give under other budgets, from the most memory down: each
/// step keeps less than the one before it, and is the choice of `make_plan` for the budget that it
/// carries. Nothing is trained: no step has a trial, and the reserve of the plan stays.
///
/// budgets  how many budgets are asked for, evenly between the least and what the largest preset
///          takes, and that of the plan: at most so many steps come back, equal ones once
/// Errors   ConfigError: as validate of the configuration's model; or the candidates of the plan
///          are not those that this version has for it
/// Cost     for each budget up to 5 · blocks · candidates · 2,048 additions
std::vector<PlanRecord> plan_steps(const PlanRecord& plan, std::int64_t budgets = 48);

}  // namespace actscope::core
